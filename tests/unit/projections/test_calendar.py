"""What a calendar shows: each goal's next review, and those that fell away with their goals."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from events.event import Event, RecordedEvent
from events.goal import types as g
from events.identity import GoalId
from projections.engine.database import open_database, reading
from projections.engine.projection import Projected
from projections.review_schedule.calendar import CalendarEntry, calendar
from projections.review_schedule.projection import PROJECTION
from projections.review_schedule.projector import State, project
from tests.builders import GOAL, NOON, active_goal, event, recorded

FIRST, SECOND = date(2026, 3, 16), date(2026, 3, 30)
CLOSED = event(GOAL, g.Closed(outcome="achieved", reason="Done"), role="clinician", actor="c1")
LONG_AGO = date(2020, 1, 1)


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


def test_a_calendar_shows_what_is_ahead_and_what_fell_away(database: Engine) -> None:
    other, elsewhere = GoalId("northside", "pt-2", "read"), GoalId("southside", "pt-1", "walk")
    written(
        database,
        history(scheduled(FIRST), CLOSED),
        *(recorded([*active_goal(each, time=NOON)[1:], scheduled(SECOND, each)]) for each in (other, elsewhere)),
    )
    fallen = CalendarEntry(*GOAL, FIRST, 2, called_off=True)
    ahead = CalendarEntry(*other, SECOND, 1, called_off=False)
    with reading(database) as connection:
        assert calendar(connection, "northside", since=LONG_AGO) == [fallen, ahead]
        assert calendar(connection, "northside", since=SECOND) == [ahead]
        assert calendar(connection, "northside", patient="pt-2", since=LONG_AGO) == [ahead]
        assert calendar(connection, "nowhere", since=LONG_AGO) == []
