"""Stored events as messages of a sequence, and back.

The originator is the subject's last token, the version and the topic are headers, and the state is the body as the
library's mapper made it: JSON, or whatever its transcoder, compressor and cipher make of that.
"""

from functools import lru_cache
from urllib.parse import quote, unquote

from eventsourcing.persistence import DataError, Notification, StoredEvent, Tracking

from events.envelope import StoredMessage
from events.log.persistence.names import from_token, to_token
from events.log.persistence.sequences import Numbered, number_of

TOPIC = "topic"


def from_stored_event(event: StoredEvent, subjects: str) -> Numbered:
    """The message of a stored event, on its originator's subject."""
    subject = f"{subjects}.{to_token(event.originator_id)}"
    return Numbered(subject, event.originator_version, {TOPIC: _quoted(event.topic)}, event.state)


def from_tracking(tracking: Tracking, subjects: str) -> Numbered:
    """The message of a tracking record, on its upstream application's subject. It has to rise."""
    return Numbered(f"{subjects}.{to_token(tracking.application_name)}", tracking.notification_id, {}, b"", rises=True)


def to_stored_event(message: StoredMessage) -> StoredEvent:
    """The stored event of a message.

    Raises:
        DataError: when it is none.
    """
    return StoredEvent(from_token(_last_token(message)), number_of(message), topic_of(message), message.data)


def to_notification(message: StoredMessage) -> Notification:
    """The notification of a message; its id is the message's position in the stream.

    Raises:
        DataError: when it is no stored event.
    """
    return Notification(
        originator_id=from_token(_last_token(message)),
        originator_version=number_of(message),
        topic=topic_of(message),
        state=message.data,
        id=message.position,
    )


def topic_of(message: StoredMessage) -> str:
    """The topic of a stored event.

    Raises:
        DataError: when it has none.
    """
    try:
        return _unquoted(message.headers[TOPIC])
    except KeyError:
        raise DataError(f"Position {message.position} was not written by this module: it has no topic.") from None


def _last_token(message: StoredMessage) -> str:
    return message.subject.rpartition(".")[2]


@lru_cache(maxsize=1024)
def _quoted(topic: str) -> str:
    """A header's value is one line, trimmed; a topic may be any string."""
    return quote(topic, safe=":<>", errors="surrogatepass")


@lru_cache(maxsize=1024)
def _unquoted(value: str) -> str:
    return unquote(value, errors="surrogatepass")
