"""What a calendar shows: each goal's next review, and those that fell away with their goals."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from events.event import Event, RecordedEvent
from events.goal import GoalState
from events.goal import types as g
from events.identity import GoalId
from projections.engine.database import open_database, reading
from projections.engine.projection import Projected
from projections.review_schedule.calendar import CalendarEntry, calendar, is_known
from projections.review_schedule.filters import CalendarFilter
from projections.review_schedule.projection import PROJECTION
from projections.review_schedule.projector import State, project
from tests.builders import GOAL, NOON, active_goal, event, recorded

FIRST, SECOND = date(2026, 3, 16), date(2026, 3, 30)
CLOSED = event(GOAL, g.Closed(outcome="achieved", reason="Done"), role="clinician", actor="c1")
LONG_AGO = date(2020, 1, 1)
EVER, NEVER = date.min, date.max
RECORDED_ON = recorded([CLOSED])[0].recorded_at.date()


def scheduled(due_on: date, goal_id: GoalId = GOAL) -> Event:
    return event(goal_id, g.ReviewScheduled(due_on=due_on, cause="moved"), role="clinician", actor="c1")


def history(*then: Event) -> list[RecordedEvent]:
    return recorded([*active_goal()[1:], *then])


def called_off(projected: Projected[State]) -> Sequence[object]:
    return [(row["due_on"], row["sequence"]) for row in projected.upserts.get("called_off", ())]


def test_a_review_that_is_ahead_is_not_called_off() -> None:
    assert called_off(project(None, history(scheduled(FIRST)))) == []


def test_a_review_falls_away_with_its_goal() -> None:
    assert called_off(project(None, history(scheduled(FIRST), scheduled(SECOND), CLOSED))) == [(SECOND, 2)]


@pytest.mark.parametrize("cut", [4, 5])
def test_however_the_events_arrive(cut: int) -> None:
    events = history(scheduled(FIRST), scheduled(SECOND), CLOSED)
    before = project(None, events[:cut])
    assert before.after is not None
    assert called_off(project(before.after.state, events[cut:])) == [(SECOND, 2)]


def test_what_follows_the_end_leaves_it_as_it_is() -> None:
    note = event(GOAL, g.ChangeAnswered(answer="declined", text="It is over"), role="clinician", actor="c1")
    before = project(None, history(scheduled(FIRST), CLOSED))
    assert before.after is not None
    after = project(before.after.state, recorded([note], first_position=9))
    assert called_off(after) == []
    assert "called_off" not in after.deletes


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path}/calendar.db")
    PROJECTION.tables()["reviews"].metadata.create_all(engine)
    yield engine
    engine.dispose()


def written(engine: Engine, *histories: Sequence[RecordedEvent]) -> None:
    with engine.begin() as connection:
        for events in histories:
            for name, rows in project(None, events).upserts.items():
                for row in rows:
                    connection.execute(PROJECTION.tables()[name].insert().values(**row))


def test_a_review_of_the_far_future_that_fell_away_leaves_the_calendar_as_others_do(database: Engine) -> None:
    written(database, history(scheduled(date(2036, 3, 16)), CLOSED))
    with reading(database) as connection:
        assert len(calendar(connection, "northside", from_=EVER, to=NEVER, since=RECORDED_ON)) == 1
        assert calendar(connection, "northside", from_=EVER, to=NEVER, since=RECORDED_ON + timedelta(days=1)) == []


def test_a_review_that_is_set_anew_after_it_fell_away_is_there_once_and_counts_up() -> None:
    """The goal's state as a later event finds it: over, and then not."""
    over = project(None, history(scheduled(FIRST), CLOSED)).after
    assert over is not None
    assert isinstance(over.state, GoalState)
    open_again = over.state.model_copy(update={"status": "active"})

    anew = project(open_again, recorded([scheduled(SECOND)], first_position=9))

    key = {"org": GOAL.org, "patient": GOAL.patient, "goal": GOAL.goal}
    assert list(anew.deletes.get("called_off", ())) == [key]
    assert [row["due_on"] for row in anew.upserts["reviews"]] == [SECOND]


def test_a_review_was_revised_when_it_was_set_and_not_when_its_goal_was(database: Engine) -> None:
    set_ = history(scheduled(FIRST))
    written(database, set_)
    revised = event(GOAL, g.Revised(changes=g.Changes(wording="Up at eight"), reason="patient_request"))
    before = project(None, set_).after
    assert before is not None

    (update,) = project(before.state, recorded([revised], first_position=9)).updates["reviews"]

    assert {"set_at", "moved_from"}.isdisjoint(update)
    with reading(database) as connection:
        (shown,) = calendar(connection, "northside", from_=EVER, to=NEVER, since=LONG_AGO)
    assert shown.revised_at == set_[-1].recorded_at


def test_who_is_known_has_something_recorded(database: Engine) -> None:
    written(database, history(scheduled(FIRST), CLOSED))
    with reading(database) as connection:
        assert is_known(connection, "northside", None)
        assert is_known(connection, "northside", "pt-1")
        assert not is_known(connection, "northside", "pt-2")
        assert not is_known(connection, "southside", None)


def test_a_calendar_shows_what_is_ahead_and_what_fell_away(database: Engine) -> None:
    other, elsewhere = GoalId("northside", "pt-2", "read"), GoalId("southside", "pt-1", "walk")
    written(
        database,
        recorded(active_goal()[:1]),
        history(scheduled(FIRST), CLOSED),
        *(recorded([*active_goal(each, time=NOON)[1:], scheduled(SECOND, each)]) for each in (other, elsewhere)),
    )
    ended = history(scheduled(FIRST), CLOSED)[-1]
    set_ = recorded([*active_goal(other, time=NOON)[1:], scheduled(SECOND, other)])[-1]
    fallen = CalendarEntry(*GOAL, FIRST, 3, called_off=True, revised_at=ended.recorded_at)
    ahead = CalendarEntry(*other, SECOND, 2, called_off=False, revised_at=set_.recorded_at)
    with reading(database) as connection:
        assert calendar(connection, "northside", from_=EVER, to=NEVER, since=LONG_AGO) == [fallen, ahead]
        assert calendar(connection, "northside", from_=EVER, to=NEVER, since=RECORDED_ON) == [fallen, ahead]
        assert calendar(connection, "northside", from_=EVER, to=NEVER, since=RECORDED_ON + timedelta(days=1)) == [ahead]
        assert calendar(connection, "northside", patient="pt-2", from_=EVER, to=NEVER, since=LONG_AGO) == [ahead]
        assert calendar(
            connection, "northside", CalendarFilter(clinician="c1"), from_=EVER, to=NEVER, since=LONG_AGO
        ) == [fallen]
        assert calendar(connection, "northside", from_=SECOND, to=SECOND, since=LONG_AGO) == [ahead]
        assert calendar(connection, "northside", from_=FIRST, to=FIRST, since=LONG_AGO) == [fallen]
        assert calendar(connection, "nowhere", from_=EVER, to=NEVER, since=LONG_AGO) == []
