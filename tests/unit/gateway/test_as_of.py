"""Which events count at an earlier moment, on both axes."""

from datetime import UTC, datetime, timedelta

from events.event import Event, RecordedEvent
from events.goal.types import Agreed
from events.identity import GoalId
from events.vocabulary import Actor
from services.gateway.as_of import Moment, looked_at, up_to

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)


def recorded(position: int, *, happened: int, stored: int) -> RecordedEvent:
    """An event that happened, and was stored, so many days after Monday."""
    event = Event(
        goal_id=GoalId("northside", "p1", "g1"),
        source="urn:test",
        id=str(position),
        time=MONDAY + timedelta(days=happened),
        actor=Actor(id="p1", role="patient"),
        data=Agreed(),
    )
    return RecordedEvent(event, position, position, MONDAY + timedelta(days=stored))


HISTORY = [
    recorded(1, happened=0, stored=0),
    recorded(2, happened=3, stored=3),
    recorded(3, happened=1, stored=4),  # entered late
]


def positions(moment: Moment) -> list[int]:
    return [each.position for each in up_to(moment, HISTORY)]


def test_by_recording_a_late_entry_is_not_known_yet() -> None:
    assert positions(Moment(instant=MONDAY + timedelta(days=3))) == [1, 2]


def test_by_happening_a_late_entry_counts_where_it_belongs() -> None:
    assert positions(Moment(instant=MONDAY + timedelta(days=2), by="happened")) == [1, 3]


def test_the_instant_itself_counts() -> None:
    assert positions(Moment(instant=MONDAY)) == [1]


def test_an_instant_before_everything_leaves_nothing() -> None:
    assert positions(Moment(instant=MONDAY - timedelta(seconds=1))) == []


def test_a_position_counts_up_to_itself() -> None:
    assert positions(Moment(position=2)) == [1, 2]
    assert positions(Moment(position=0)) == []


NOW = MONDAY + timedelta(days=9)


def test_an_instant_is_looked_at_from_itself_and_never_from_the_future() -> None:
    assert looked_at(Moment(instant=MONDAY), HISTORY, NOW) == MONDAY
    assert looked_at(Moment(instant=NOW + timedelta(days=1)), HISTORY, NOW) == NOW


def test_a_position_is_looked_at_when_the_next_event_was_recorded() -> None:
    assert looked_at(Moment(position=1), HISTORY, NOW) == MONDAY + timedelta(days=3)
    assert looked_at(Moment(position=3), HISTORY, NOW) == NOW
