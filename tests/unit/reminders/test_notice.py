"""What is told about a review and from when on: by its day, the plan's time zone, and the hour."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from pydantic_core import from_json, to_json

from events.event import RecordedEvent
from events.goal import GoalPayload, GoalState, fold_goals
from events.goal import types as g
from events.plan import PlanPayload, fold_plans
from services.reminders.notice import Occasion, current, occasions, upcoming
from services.reminders.reviews import MOVING
from tests.builders import GOAL, NOON, PLAN, active_goal, event, opened, recorded
from tests.strategies import goal_payloads, plan_payloads

DUE = date(2026, 3, 16)
SCHEDULED = event(GOAL, g.ReviewScheduled(due_on=DUE, cause="initial"), role="system", actor="cairn")


def history(*then: g.GoalPayload) -> list[RecordedEvent]:
    begun = [each for each in active_goal() if not each.goal_id.is_plan]
    return recorded([*begun, SCHEDULED, *(event(GOAL, each, role="clinician") for each in then)])


def known(*then: g.GoalPayload, hour: int = 0, zone: str = "UTC") -> tuple[Occasion, ...]:
    plan = fold_plans(recorded([event(PLAN, opened(time_zone=zone))]))
    return occasions(fold_goals(history(*then)), plan, hour)


def times(found: tuple[Occasion, ...]) -> list[tuple[str, str]]:
    return [(occasion.notice.kind, occasion.at.isoformat()) for occasion in found]


@pytest.mark.parametrize(
    ("zone", "hour", "due", "overdue"),
    [
        ("UTC", 0, "2026-03-16T00:00:00+00:00", "2026-03-17T00:00:00+00:00"),
        ("UTC", 7, "2026-03-16T07:00:00+00:00", "2026-03-17T07:00:00+00:00"),
        ("Pacific/Kiritimati", 0, "2026-03-15T10:00:00+00:00", "2026-03-16T10:00:00+00:00"),
        ("America/Los_Angeles", 8, "2026-03-16T15:00:00+00:00", "2026-03-17T15:00:00+00:00"),
    ],
)
def test_a_review_is_due_on_its_day_and_overdue_the_day_after_as_the_clinic_tells_the_time(
    zone: str, hour: int, due: str, overdue: str
) -> None:
    assert times(known(zone=zone, hour=hour)) == [("due", due), ("overdue", overdue)]


def test_a_night_without_the_hour_tells_it_at_the_hour_after() -> None:
    """In Vienna, 29 March 2026 has no 2 o'clock; it is 3 then."""
    moved = g.ReviewScheduled(due_on=date(2026, 3, 29), cause="moved")
    assert times(known(moved, hour=2, zone="Europe/Vienna"))[0] == ("due", "2026-03-29T01:00:00+00:00")


def test_without_a_plan_the_day_is_that_of_utc() -> None:
    assert occasions(fold_goals(history()), None, 0)[0].at == datetime(2026, 3, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    "ending", [g.Closed(outcome="achieved", reason="Done"), g.EnteredInError(reason="Another patient's")]
)
def test_of_a_goal_that_is_over_there_is_nothing_to_tell(ending: g.GoalPayload) -> None:
    assert known(ending) == ()


def test_a_goal_that_is_on_hold_is_still_to_be_looked_at() -> None:
    assert len(known(g.Held(reason="In hospital"))) == 2


def test_a_goal_that_was_never_active_has_no_review() -> None:
    assert occasions(fold_goals(recorded(active_goal()[1:2])), None, 0) == ()
    assert occasions(None, None, 0) == ()


@pytest.mark.parametrize(
    ("now", "true_now", "next_one"),
    [
        ("2026-03-15T23:59:59+00:00", None, "due"),
        ("2026-03-16T00:00:00+00:00", "due", "overdue"),
        ("2026-03-16T23:59:59+00:00", "due", "overdue"),
        ("2026-03-17T00:00:00+00:00", "overdue", None),
        ("2026-09-17T00:00:00+00:00", "overdue", None),
    ],
)
def test_one_thing_is_true_at_a_time(now: str, true_now: str | None, next_one: str | None) -> None:
    instant = datetime.fromisoformat(now)
    told, coming = current(known(), instant), upcoming(known(), instant)
    assert (told and told.notice.kind, coming and coming.notice.kind) == (true_now, next_one)


def test_a_notice_holds_ids_and_dates_and_nobody_s_words() -> None:
    assert from_json(to_json(known()[0].notice)) == {
        "org": "northside",
        "patient": "pt-1",
        "goal": "walk",
        "due_on": "2026-03-16",
        "kind": "due",
        "sequence": 1,
    }


def test_its_id_is_that_of_the_goal_the_day_and_the_kind_however_often_the_review_moved() -> None:
    there_and_back = [g.ReviewScheduled(due_on=DUE + timedelta(days=days), cause="moved") for days in (3, 0)]
    before, after = known()[0].notice, known(*there_and_back)[0].notice
    assert (before.sequence, after.sequence) == (1, 3)
    assert before.id == after.id == "northside.pt-1.walk.2026-03-16.due"
    assert before.headers(NOON)["ce-type"] == "cairn.notice.review_due.v1"


@given(goal_payloads)
def test_what_moves_a_review_is_not_passed_over(payload: GoalPayload) -> None:
    before, after = fold_goals(history()), fold_goals(history(payload))
    assert payload.type_name in MOVING or _review(after) == _review(before) or not _begun(payload)


@given(plan_payloads)
def test_what_moves_the_clinic_s_day_is_not_passed_over(payload: PlanPayload) -> None:
    plans = fold_plans(recorded([event(PLAN, opened()), event(PLAN, payload)]))
    assert plans is not None
    assert payload.type_name in MOVING or plans.time_zone == "UTC"


def _review(state: GoalState | None) -> object:
    return state and state.next_review


def _begun(payload: GoalPayload) -> bool:
    """A goal is proposed or imported once, before anything else: then there is no review to move."""
    return not isinstance(payload, g.Proposed | g.Imported)
