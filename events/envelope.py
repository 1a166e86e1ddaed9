"""CloudEvents 1.0 around an event: binary mode in NATS or HTTP headers, structured mode as one JSON object.

In binary mode attributes are `ce-` headers, as `events/attribute_headers.py` says. Cairn's own extension attributes are
`actor`, `actorrole`, `enteredby` and `expectedversion`; a recorded event adds `version`, `recordedtime`, its log
`position` where it is read, `causeversion` when it follows by itself from another event of its goal, and
`submittedby` with `submitterrole`: who submitted it, which Cairn says and never the sender.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple, cast

from events.attribute_headers import (
    EXTENSION_TYPES,
    PREFIX,
    Extension,
    decode_stored,
    encode_value,
    extension_headers,
    typed_extensions,
)
from events.blinding import BLIND, encode_blind
from events.catalog import Json, decode, encode
from events.errors import CairnError, Rejected
from events.event import Event, RecordedEvent
from events.identity import goal_id_of
from events.vocabulary import Actor, ActorRole, SubmitterRole

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
MAX_EVENT_BYTES = 256 * 1024
"""The largest event that Cairn accepts, envelope included."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OURS = frozenset({"version", "recordedtime", "causeversion", "position", "submittedby", "submitterrole"})
_KNOWN = frozenset(
    {"specversion", "id", "source", "type", "subject", "time", "actor", "actorrole", "enteredby"}
    | {"expectedversion", "datacontenttype", "data", "data_base64"}
)
RESERVED = _KNOWN | _OURS
"""The names of attributes that Cairn has a meaning for. Those that it sets itself are left out of a submission."""


class StoredMessage(NamedTuple):
    """A message of the log as the server returns it, not yet decoded.

    Attributes:
        subject: The subject under which the message is stored.
        position: The message's stream sequence.
        recorded_ns: When the server stored the message, in nanoseconds since 1970.
        headers: The message's own headers and those that the server adds, in the order in which they are stored.
        data: The message's body.
    """

    subject: str
    position: int
    recorded_ns: int
    headers: Mapping[str, str]
    data: bytes

    @property
    def recorded_at(self) -> datetime:
        """When the server stored the message, to the microsecond, as Python's datetime has no nanoseconds."""
        return _EPOCH + timedelta(microseconds=self.recorded_ns // 1000)


class UnreadableEvent(CairnError):
    """A message of the log that this version of Cairn cannot read as an event."""

    def __init__(self, position: int, subject: str, reason: str):
        super().__init__(f"position {position} on {subject}: {reason}")
        self.position = position
        self.subject = subject
        self.reason = reason


def to_headers(event: Event, version: int, blind: bytes = b"") -> dict[str, str]:
    """The headers under which the log stores an event as the given version of its goal.

    Args:
        blind: Random bytes (:mod:`events.blinding`), which stand in the last header; none for an event that is not
            blinded, as those of earlier versions of Cairn are.
    """
    actor = event.actor
    headers = {
        "ce-specversion": "1.0",
        "ce-id": encode_value(event.id),
        "ce-source": encode_value(event.source),
        "ce-type": event.type_name,
        "ce-subject": str(event.goal_id),
        "ce-time": event.time.isoformat(),
        "ce-actor": encode_value(actor.id),
        "ce-actorrole": actor.role,
        "ce-version": str(version),
        "content-type": "application/json",
    }
    if event.entered_by is not None:
        headers["ce-enteredby"] = encode_value(event.entered_by)
    if event.cause is not None:
        headers["ce-causeversion"] = str(event.cause)
    if event.submitted_by is not None and event.submitter_role is not None:
        headers["ce-submittedby"] = encode_value(event.submitted_by)
        headers["ce-submitterrole"] = event.submitter_role
    if event.extensions:
        headers.update(extension_headers(event.extensions))
    if blind:
        headers[BLIND] = encode_blind(blind)
    return headers


def to_body(event: Event) -> bytes:
    """The payload as the log stores it."""
    return encode(event.data)


def read_recorded(stored: StoredMessage) -> RecordedEvent:
    """Read an event out of the log.

    Raises:
        UnreadableEvent: when the message is no event that this version of Cairn knows.
    """
    headers = stored.headers
    try:
        goal_id = goal_id_of(stored.subject)
        cause, entered_by = headers.get("ce-causeversion"), headers.get("ce-enteredby")
        submitted_by = headers.get("ce-submittedby")
        event = Event(
            goal_id,
            decode_stored(headers["ce-source"]),
            decode_stored(headers["ce-id"]),
            datetime.fromisoformat(headers["ce-time"]),
            named_actor(decode_stored(headers["ce-actor"]), headers["ce-actorrole"]),
            decode(headers["ce-type"], stored.data, goal_id.goal, recorded=True),
            None,
            int(cause) if cause else None,
            _extensions(headers),
            decode_stored(entered_by) if entered_by else None,
            decode_stored(submitted_by) if submitted_by else None,
            cast(SubmitterRole, headers["ce-submitterrole"]) if submitted_by else None,
        )
        return RecordedEvent(event, stored.position, int(headers["ce-version"]), stored.recorded_at)
    except (Rejected, KeyError, TypeError, ValueError) as error:
        # A KeyError names the missing header, a rejection names the fields; neither contains text of a patient.
        reason = error.detail if isinstance(error, Rejected) else f"{type(error).__name__} {error}"
        raise UnreadableEvent(stored.position, stored.subject, reason) from error


def structured(event: Event) -> Json:
    """An event as a structured CloudEvent, ready to be encoded as JSON and submitted."""
    return {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": event.type_name,
        "subject": str(event.goal_id),
        "time": event.time.isoformat(),
        "actor": event.actor.id,
        "actorrole": event.actor.role,
        **({"enteredby": event.entered_by} if event.entered_by is not None else {}),
        **({"expectedversion": event.expected_version} if event.expected_version is not None else {}),
        **event.extensions,
        "datacontenttype": "application/json",
        "data": event.data.model_dump(mode="json", exclude_none=True),
    }


def to_cloudevent(recorded: RecordedEvent) -> Json:
    """A recorded event as a structured CloudEvent, with its version, position and times, ready for JSON."""
    event, cause = recorded.event, recorded.event.cause
    return {
        **structured(event),
        "version": recorded.version,
        "position": recorded.position,
        "recordedtime": recorded.recorded_at.isoformat(),
        **({"causeversion": cause} if cause is not None else {}),
        **_submitter(event),
    }


def _submitter(event: Event) -> Json:
    if event.submitted_by is None:
        return {}
    return {"submittedby": event.submitted_by, "submitterrole": event.submitter_role}


@lru_cache(maxsize=4096)  # A clinic has few actors and many events.
def named_actor(id_: str, role: str) -> Actor:
    """The actor of an id and a role that have been checked."""
    return Actor.model_construct(id=id_, role=cast(ActorRole, role))


_OWN_HEADERS = frozenset(f"{PREFIX}{name}" for name in RESERVED)


def _extensions(headers: Mapping[str, str]) -> Mapping[str, Extension]:
    others = _others(tuple(headers))
    if not others:
        return {}
    texts = {name[len(PREFIX) :]: decode_stored(headers[name]) for name in others}
    types = headers.get(EXTENSION_TYPES)
    return typed_extensions(texts, types) if types else texts


@lru_cache(maxsize=512)  # A sender uses the same header names again and again.
def _others(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in _OWN_HEADERS and name.startswith(PREFIX))
