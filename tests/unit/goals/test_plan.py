"""The plan: opened once, amended at any time, closed, and opened again for someone who comes back."""

from datetime import timedelta

import pytest

from events.goal import types as g
from events.plan import types as p
from events.vocabulary import Priority
from tests.builders import GOAL, TODAY, entry, opened, proposed
from tests.specification import Past, clinician, patient
from tests.unit.goals import stories

PLAN = GOAL.plan
CLOSED = p.Closed(reason="Moved away")


def priorities(count: int) -> p.PrioritiesRanked:
    ranked = [Priority(id=f"p{rank}", text=f"Something {rank}", rank=rank) for rank in range(1, count + 1)]
    return p.PrioritiesRanked(priorities=tuple(ranked))


def test_an_amendment_changes_what_it_names_and_nothing_else() -> None:
    past = stories.opened_plan(active_goal_limit=2)

    plan = past.when(clinician(p.Amended(review_every_days=7, reason="New here"), on=PLAN)).then().plan

    assert (plan.review_every_days, plan.active_goal_limit) == (7, 2)


@pytest.mark.parametrize("data", [p.Amended(clinician="c2", reason="Holiday"), priorities(3), CLOSED])
def test_a_plan_that_is_not_there_cannot_change(data: p.PlanPayload) -> None:
    stories.NOTHING.when(clinician(data, on=PLAN)).then_rejected("plan.missing")


@pytest.mark.parametrize("data", [p.Amended(clinician="c2", reason="Holiday"), priorities(3), CLOSED])
def test_a_closed_plan_does_not_change(data: p.PlanPayload) -> None:
    closed = stories.opened_plan().when(clinician(CLOSED, on=PLAN)).then()

    closed.when(clinician(data, on=PLAN)).then_rejected("plan.closed")


@pytest.mark.parametrize("count", [3, 4, 5])
def test_three_to_five_priorities_are_usual(count: int) -> None:
    stories.opened_plan().when(patient(priorities(count), on=PLAN)).then()


@pytest.mark.parametrize(
    ("count", "ranked"), [(1, "1 priority was"), (2, "2 priorities were"), (6, "6 priorities were")]
)
def test_fewer_or_more_priorities_are_noted_not_refused(count: int, ranked: str) -> None:
    stories.opened_plan().when(patient(priorities(count), on=PLAN)).then(
        noting=f"{ranked} ranked; three to five are usual."
    )


def test_a_goal_serves_a_priority_of_the_plan() -> None:
    ranked = stories.opened_plan().when(patient(priorities(3), on=PLAN)).then()

    serving = ranked.when(patient(proposed(priority="p2"))).then()

    revision = g.Revised(changes=g.Changes(priority="p9"), reason="clinical")
    serving.when(clinician(revision)).then_rejected("event.invalid", field="priority")


def test_a_measurement_is_of_today_or_an_earlier_day_also_after_the_end() -> None:
    tomorrow = p.Measured(instrument="k10", score=20, on=TODAY + timedelta(days=1))
    today = p.Measured(instrument="k10", score=20, on=TODAY)
    past = stories.opened_plan()

    past.when(clinician(tomorrow, on=PLAN)).then_rejected("progress.out_of_range", field="on")
    past.when(clinician(CLOSED, on=PLAN)).then().when(clinician(today, on=PLAN)).then()


def test_closing_a_plan_names_the_goals_that_are_still_open() -> None:
    past = stories.active_goals(2)
    past = past.when(clinician(g.Closed(outcome="achieved", reason="Done"), on=stories.goal_called("other-0"))).then()

    past.when(clinician(CLOSED, on=PLAN)).then(noting="Goals still open: other-1, walk.")


@pytest.fixture
def ended() -> Past:
    """A plan that was closed while a goal is worked on and another is on hold."""
    held = stories.goal_called("other-0")
    past = stories.active_goals(1).when(clinician(g.Activated())).then_something()
    past = past.when(clinician(g.Held(reason="A pause"), on=held)).then()
    return past.when(clinician(CLOSED, on=PLAN)).then_something()


def test_no_new_work_begins_under_a_closed_plan(ended: Past) -> None:
    ended.when(patient(proposed(), on=stories.goal_called("new"))).then_rejected("plan.closed")
    ended.when(clinician(g.Resumed(reason="Back"), on=stories.goal_called("other-0"))).then_rejected("plan.closed")


def test_work_under_way_is_brought_to_its_end_under_a_closed_plan(ended: Past) -> None:
    past = ended.when(patient(entry("e1"))).then()
    review = g.Reviewed(on=TODAY, participants=("patient", "clinician"), decision="keep")
    past = past.when(clinician(review)).then_something()

    past.when(clinician(g.Closed(outcome="achieved", reason="Done"))).then()


def test_whoever_comes_back_has_the_plan_opened_again(ended: Past) -> None:
    again = ended.when(clinician(opened(clinician="c2"), on=PLAN)).then()

    assert (again.plan.status, again.plan.clinician) == ("open", "c2")
    again.when(patient(proposed(), on=stories.goal_called("new"))).then()
