"""One specification for each note of `services.goals.notes`, under its name: it is said, and nothing is refused."""

import inspect
from datetime import date, timedelta

from events.event import Event
from events.goal import types as g
from events.plan import types as p
from events.vocabulary import External, Measure
from services.goals import notes
from tests.builders import GOAL, NOON, TODAY, entry, gas, proposed, smart
from tests.specification import by, clinician, patient
from tests.unit.goals import stories


def test_given() -> None:
    assert notes.given("One.", None, "", "Two.") == ("One.", "Two.")


def test_level_without_text() -> None:
    stories.active().when(patient(entry("e1", level=1))).then(noting="The goal has no scale for this level.")

    three = gas(levels={"-1": "Stays in", "0": "Goes out", "1": "Meets a friend"})
    plan = stories.opened_plan(accommodations=("simplified_language",))
    work = plan.when(patient(proposed(gas=three))).then().when(clinician(g.Agreed())).then()
    at_work = work.when(clinician(g.Activated())).then_something()
    at_work.when(patient(entry("e1", level=2))).then(noting="The scale has no text for level 2.")
    at_work.when(patient(entry("e1", level=1))).then()


def test_steep_revision() -> None:
    twice = smart(measure=Measure(what="groups attended", target=6, per="week", direction="at_least"))

    stories.active().when(clinician(g.Revised(changes=g.Changes(smart=twice), reason="too_easy"))).then(
        noting="The target asks for at least twice as much at once; a smaller step may fit better into daily life."
    )


def test_closed_without_patient() -> None:
    setback = stories.active().when(patient(entry("e1", setback=True))).then_something()

    setback.when(clinician(g.Closed(outcome="partially_achieved", reason="Enough"))).then(
        noting=f"It was closed as partially achieved after the setback of {TODAY},"
        " and no review since then included the patient."
    )


def test_cadence_capped() -> None:
    monthly = g.Revised(changes=g.Changes(review_every_days=30), reason="clinical")

    stories.active(accommodations=("short_reviews",)).when(clinician(monthly)).then(
        noting="The plan asks for short reviews; they are every 7 days, not every 30."
    )
    stories.active().when(clinician(monthly)).then()


def test_earlier_review() -> None:
    friday = NOON + timedelta(days=4)

    def held(on: date) -> Event:
        review = g.Reviewed(on=on, participants=("patient", "clinician"), decision="keep")
        return clinician(review, time=friday)

    stories.active().when(held(friday.date())).then_something().when(held(TODAY)).then(
        noting="The review of 2026-03-06 is the latest one; the next review stays on 2026-03-20."
    )


def test_goals_still_open() -> None:
    stories.active().when(clinician(p.Closed(reason="Moved"), on=GOAL.plan)).then(noting="Goals still open: walk.")


def test_limit_exceeded() -> None:
    elsewhere = g.Imported(statement="Walk", status="active", external=(External(system="ehr", value="1"),))
    first_review = g.ReviewScheduled(due_on=TODAY + timedelta(days=14), cause="initial")

    stories.active_goals(1, active_goal_limit=1).when(by("system", elsewhere, on=stories.goal_called("x"))).then(
        first_review, noting="With this goal 2 are active; the plan allows 1."
    )


def test_every_note_has_a_specification_of_its_name() -> None:
    named = {name for name, each in inspect.getmembers(notes, inspect.isfunction) if each.__module__ == notes.__name__}

    assert {name for name in named if f"test_{name}" not in globals()} == set()
