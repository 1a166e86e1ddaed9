"""Events as messages of the log, for tests that need no server."""

from collections.abc import Iterable

from events.envelope import StoredMessage, to_body, to_headers
from events.event import Event, RecordedEvent
from events.identity import LOG
from tests.builders import recorded


def as_message(event: RecordedEvent) -> StoredMessage:
    """A recorded event as the server hands it out."""
    subject = event.goal_id.on(LOG)
    headers = to_headers(event.event, event.version)
    return StoredMessage(subject, event.position, event.recorded_at, headers, to_body(event.event))


def stored(events: Iterable[Event]) -> list[StoredMessage]:
    """Offered events as the log would keep them."""
    return [as_message(each) for each in recorded(events)]
