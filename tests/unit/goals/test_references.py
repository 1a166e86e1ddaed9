"""One specification for each reference of `services.goals.references`, under its name: what is named must be there."""

import inspect
from datetime import timedelta

from events.goal import types as g
from services.goals import references
from tests.builders import TODAY, entry, proposed
from tests.specification import clinician, patient
from tests.unit.goals import stories

ASKED = g.ChangeRequested(request="r1", text="Evenings, please")
SET = g.MilestoneSet(milestone="m1", text="First group", due=TODAY)
MET = g.MilestoneMet(milestone="m1", on=TODAY)
ANSWER = g.ChangeAnswered(request="r1", answer="accepted", text="Yes")
WORDING = g.Changes(wording="Walk with the dog")


def test_sensible() -> None:
    yesterday = g.Activated(first_review_on=TODAY - timedelta(days=1))

    stories.agreed().when(clinician(yesterday)).then_rejected(
        "event.invalid", field="first_review_on", saying=f"before the goal begins on {TODAY}"
    )


def test_priority() -> None:
    stories.opened_plan().when(patient(proposed(priority="family"))).then_rejected(
        "event.invalid", field="priority", saying="no priority with this id"
    )


def test_supports() -> None:
    home = stories.opened_plan().when(patient(proposed(horizon="long_term"), on=stories.goal_called("home"))).then()

    assert home.when(patient(proposed(supports="home"))).then().goal.supports == "home"


def test_goal_supports_unknown() -> None:
    stories.opened_plan().when(patient(proposed(supports="home"))).then_rejected(
        "goal.supports_unknown", field="supports", saying="there is none with this id"
    )


def test_goal_supports_cycle() -> None:
    stories.opened_plan().when(patient(proposed(supports="walk"))).then_rejected(
        "goal.supports_cycle", field="supports", saying="cannot support itself"
    )


def test_new_request() -> None:
    stories.active().when(patient(ASKED)).then().when(patient(ASKED)).then_rejected("event.invalid", field="request")


def test_open_request() -> None:
    stories.active().when(clinician(ANSWER)).then_rejected("event.invalid", field="request", saying="no open change")
    answered = stories.active().when(patient(ASKED)).then().when(clinician(ANSWER)).then()
    answered.when(clinician(ANSWER)).then_rejected("event.invalid", field="request", saying="no open change")


def test_open_contest() -> None:
    answer = g.ChangeAnswered(answer="accepted", text="Yes")

    stories.active().when(clinician(answer)).then_rejected("event.invalid", field="request", saying="Nothing waits")


def test_unmet_milestone() -> None:
    met = stories.active().when(clinician(SET)).then().when(patient(MET)).then()

    met.when(clinician(SET)).then_rejected("event.invalid", field="milestone", saying="met already")


def test_milestone_ahead() -> None:
    stories.active().when(patient(MET)).then_rejected("event.invalid", field="milestone", saying="no milestone ahead")


def test_new_entry() -> None:
    logged = stories.active().when(patient(entry("e1"))).then()

    logged.when(patient(entry("e1"))).then_rejected("entry.exists", field="entry", saying="progress_corrected")


def test_entry() -> None:
    correction = g.ProgressCorrected(entry="e9", mood=7, reason="Mistyped")

    stories.active().when(patient(correction)).then_rejected("entry.unknown", field="entry", saying="no entry")


def test_review() -> None:
    held = g.Reviewed(on=TODAY, participants=("patient", "clinician"), decision="adjust_scale")
    reviewed = stories.active().when(clinician(held)).then_something()
    (position,) = [each.position for each in reviewed.goal.reviews]

    reviewed.when(clinician(g.Revised(changes=WORDING, reason="too_hard", review=position))).then()
    reviewed.when(clinician(g.Revised(changes=WORDING, reason="too_hard", review=position + 1))).then_rejected(
        "event.invalid", field="review", saying="No review of this goal"
    )


def test_replaced_by() -> None:
    smaller = stories.goal_called("smaller-step")
    past = stories.active().when(patient(proposed(), on=smaller)).then()

    replaced = g.Closed(outcome="replaced", replaced_by="smaller-step", reason="One step first")
    past.when(clinician(replaced)).then()
    stories.active().when(clinician(replaced)).then_rejected("event.invalid", field="replaced_by", saying="no other")
    in_error = past.when(clinician(g.EnteredInError(reason="Wrong patient"), on=smaller)).then()
    in_error.when(clinician(replaced)).then_rejected("event.invalid", field="replaced_by", saying="entered in error")


def test_every_reference_has_a_specification_of_its_name() -> None:
    named = {
        name
        for name, each in inspect.getmembers(references, inspect.isfunction)
        if each.__module__ == references.__name__
    }

    assert {name for name in named if f"test_{name}" not in globals()} == set()
