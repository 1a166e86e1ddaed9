"""Events as messages of the log, for tests that need no server."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from events.envelope import StoredMessage, to_body, to_headers
from events.event import Event, RecordedEvent
from events.identity import LOG
from tests.builders import recorded

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def in_nanoseconds(instant: datetime) -> int:
    """Since 1970, as the server tells time."""
    return (instant - _EPOCH) // _MICROSECOND * 1000


def as_message(event: RecordedEvent) -> StoredMessage:
    """A recorded event as the server hands it out."""
    subject = event.goal_id.on(LOG)
    headers = to_headers(event.event, event.version)
    return StoredMessage(subject, event.position, in_nanoseconds(event.recorded_at), headers, to_body(event.event))


def stored(events: Iterable[Event]) -> list[StoredMessage]:
    """Offered events as the log would keep them."""
    return [as_message(each) for each in recorded(events)]
