"""A goal that was closed by mistake is opened again, with a reason: as it was before, and with a review ahead."""

from datetime import timedelta

import pytest

from events.goal import types as g
from events.plan import types as p
from events.vocabulary import ActorRole, External, ReviewDecision
from tests.builders import GOAL, NOON, TODAY, entry
from tests.specification import Past, by, clinician, patient
from tests.unit.goals import stories

CLOSED = g.Closed(outcome="achieved", level=1, reason="Done")
REOPENED = g.Reopened(reason="It was the wrong goal")
LATER = NOON + timedelta(days=5)


def closed(**plan: object) -> Past:
    return stories.active(**plan).when(clinician(CLOSED, time=NOON)).then_something()


def review(days: int) -> g.ReviewScheduled:
    return g.ReviewScheduled(due_on=TODAY + timedelta(days=days), cause="routine")


@pytest.mark.parametrize("role", ["patient", "clinician", "supervisor"])
def test_a_goal_closed_by_mistake_is_worked_on_again_and_has_a_review_ahead(role: ActorRole) -> None:
    goal = closed().when(by(role, REOPENED, time=LATER)).then(review(19)).goal

    assert (goal.status, goal.outcome, goal.closed_level, goal.closing) == ("active", None, None, None)
    assert (goal.started_on, goal.status_on, goal.reason) == (TODAY, LATER.date(), "It was the wrong goal")
    assert goal.awaiting_agreement == ()
    assert [(each.outcome, each.reason, each.actor.role) for each in goal.reopenings] == [
        ("achieved", "It was the wrong goal", role)
    ]


def test_its_cadence_is_its_own_or_the_plans() -> None:
    closed(review_every_days=10).when(clinician(REOPENED)).then(review(10))
    closed(accommodations=("short_reviews",)).when(clinician(REOPENED)).then(review(7))


@pytest.mark.parametrize("role", ["family", "system"])
def test_only_patient_and_clinicians_open_a_goal_again(role: ActorRole) -> None:
    closed().when(by(role, REOPENED)).then_rejected("event.invalid", field="actorrole")


def test_it_is_held_again_when_it_was_held() -> None:
    held = stories.active().when(clinician(g.Held(reason="A pause"))).then()
    over = held.when(clinician(CLOSED)).then_something()

    assert over.when(clinician(REOPENED)).then(review(14)).goal.status == "held"


def test_it_is_a_draft_again_when_work_had_not_begun() -> None:
    over = stories.own_words().when(clinician(g.Closed(outcome="retired", reason="Never mind"))).then()

    assert over.when(patient(REOPENED)).then().goal.status == "proposed"


@pytest.mark.parametrize("decision", ["achieve", "retire", "replace"])
def test_what_a_review_closed_is_opened_again_too(decision: ReviewDecision) -> None:
    review_held = g.Reviewed(on=TODAY, participants=("patient", "clinician"), decision=decision)
    over = stories.active().when(clinician(review_held)).then()

    assert over.when(clinician(REOPENED)).then(review(14)).goal.status == "active"


def test_the_limit_of_active_goals_holds() -> None:
    over = closed(active_goal_limit=1)
    other = stories.to_work(stories.goal_called("other"))
    full = over.when(other[0]).then().when(other[1]).then().when(other[2]).then_something()

    full.when(clinician(REOPENED)).then_rejected("goal.limit_reached", saying="1 goal is active")


def test_its_plan_is_open() -> None:
    ended = closed().when(clinician(p.Closed(reason="Moved away"), on=GOAL.plan)).then()

    ended.when(clinician(REOPENED)).then_rejected("plan.closed")


def test_what_was_closed_elsewhere_is_opened_to_be_worked_on() -> None:
    external = (External(system="ehr", value="1"),)
    elsewhere = g.Imported(statement="Walk", status="closed", outcome="achieved", external=external)
    imported = stories.opened_plan().when(by("system", elsewhere)).then()

    assert imported.when(clinician(REOPENED)).then(review(14)).goal.status == "active"


def test_it_takes_entries_and_can_be_closed_again() -> None:
    again = closed().when(clinician(REOPENED)).then_something()
    logged = again.when(patient(entry("e1", LATER.date()), time=LATER)).then()

    over = logged.when(clinician(g.Closed(outcome="partially_achieved", reason="Enough"), time=LATER)).then().goal

    assert (over.status, over.outcome, len(over.reopenings)) == ("closed", "partially_achieved", 1)
