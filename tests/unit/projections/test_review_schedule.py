"""review_schedule: given events, then the goal's next review, or none."""

from collections.abc import Sequence
from datetime import date

from events.event import Event
from events.goal import types as g
from events.plan import types as p
from projections.engine.projection import Projected
from projections.review_schedule.projector import State, may_move_a_review, project
from tests.builders import GOAL, PLAN, active_goal, entry, event, opened, recorded

FIRST, SECOND = date(2026, 3, 16), date(2026, 3, 30)


def scheduled(due_on: date, cause: str = "initial") -> Event:
    data = g.ReviewScheduled.model_validate({"due_on": due_on, "cause": cause})
    return event(GOAL, data, role="system", actor="cairn")


def after(*then: Event) -> Projected[State]:
    given = [each for each in active_goal() if not each.goal_id.is_plan]
    return project(None, recorded([*given, *then]))


def reviews(projected: Projected[State]) -> Sequence[object]:
    return [(row["due_on"], row["cause"], row["sequence"]) for row in projected.upserts.get("reviews", ())]


def test_a_scheduled_review_is_listed_with_the_goal() -> None:
    projected = after(scheduled(FIRST))
    assert reviews(projected) == [(FIRST, "initial", 1)]
    (row,) = projected.upserts["reviews"]
    assert (row["goal_status"], row["statement"]) == ("active", "I want to wake up without dread")


def test_the_next_one_takes_its_place() -> None:
    reviewed = event(GOAL, g.Reviewed(on=FIRST, participants=("patient", "clinician"), decision="keep"))
    assert reviews(after(scheduled(FIRST), reviewed, scheduled(SECOND, "routine"))) == [(SECOND, "routine", 2)]


def test_a_held_goal_stays_listed_as_held() -> None:
    projected = after(scheduled(FIRST), event(GOAL, g.Held(reason="hospital stay"), role="clinician"))
    assert reviews(projected) == [(FIRST, "initial", 1)]
    assert projected.upserts["reviews"][0]["goal_status"] == "held"


def test_the_review_of_a_closed_goal_goes_away() -> None:
    closed = g.Closed(outcome="partially_achieved", reason="moved away")
    projected = after(scheduled(FIRST), event(GOAL, closed, role="clinician"))
    assert reviews(projected) == []
    assert projected.deletes["reviews"] == (GOAL._asdict(),)


def test_the_review_of_a_goal_that_is_opened_again_is_listed_and_not_called_off() -> None:
    closed = g.Closed(outcome="achieved", reason="by mistake")
    closed_and_reopened = [event(GOAL, closed, role="clinician"), event(GOAL, g.Reopened(reason="by mistake"))]

    projected = after(scheduled(FIRST), *closed_and_reopened, scheduled(SECOND, "routine"))

    # In calendars, what was called off took number 2.
    assert reviews(projected) == [(SECOND, "routine", 3)]
    assert "called_off" not in projected.upserts


def test_a_revision_shows_the_new_wording_and_leaves_the_day_alone() -> None:
    revised = g.Revised(changes=g.Changes(wording="Up at eight"), reason="patient_request")
    projected = after(scheduled(FIRST), event(GOAL, revised))
    assert reviews(projected) == [(FIRST, "initial", 1)]
    (row,) = projected.upserts["reviews"]
    assert (row["statement"], row["wording"]) == ("I want to wake up without dread", "Up at eight")


def test_diary_entries_cost_no_write() -> None:
    events = recorded([event(GOAL, entry("e1")), event(GOAL, entry("e2", setback=True))])
    assert not may_move_a_review(events)
    assert project(None, events) == Projected()


def test_what_is_remembered_leaves_the_diary_out() -> None:
    projected = after(scheduled(FIRST), *(event(GOAL, entry(f"e{day}")) for day in range(50)))
    assert projected.after is not None
    assert projected.after.weight < 1000


def test_a_plan_gives_its_clinician_and_time_zone() -> None:
    given = [
        event(PLAN, opened(time_zone="America/Denver"), role="clinician"),
        event(PLAN, p.Amended(clinician="c2", reason="new team"), role="clinician"),
    ]
    assert project(None, recorded(given)).upserts["plans"] == (
        {"org": "northside", "patient": "pt-1", "clinician": "c2", "time_zone": "America/Denver"},
    )


def test_a_review_that_is_moved_keeps_the_day_that_it_was_on() -> None:
    moved = after(scheduled(FIRST), scheduled(SECOND, "moved"))
    assert [row["moved_from"] for row in moved.upserts["reviews"]] == [FIRST]
    reviewed = event(GOAL, g.Reviewed(on=FIRST, participants=("patient", "clinician"), decision="keep"))
    in_turn = after(scheduled(FIRST), reviewed, scheduled(SECOND, "routine"))
    assert [row["moved_from"] for row in in_turn.upserts["reviews"]] == [None]


def test_what_happens_to_the_goal_meanwhile_leaves_the_day_that_a_review_was_moved_from() -> None:
    given = [each for each in active_goal() if not each.goal_id.is_plan]
    events = recorded([*given, scheduled(FIRST), scheduled(SECOND, "moved"), event(GOAL, g.Held(reason="away"))])
    before = project(None, events[:-1])
    assert before.after is not None
    then = project(before.after.state, events[-1:])
    assert "reviews" not in then.upserts
    (row,) = then.updates["reviews"]
    assert (row["goal_status"], row["due_on"]) == ("held", SECOND)
    assert "moved_from" not in row
