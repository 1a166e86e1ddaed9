"""CloudEvents 1.0 around an event: binary mode in NATS or HTTP headers, structured mode as one JSON object.

Binary mode follows the NATS protocol binding (CloudEvents 1.0.2, section 3.1): attributes are `ce-` headers, with
characters outside printable ASCII percent-encoded. Cairn's own extension attributes are `actor`, `actorrole` and
`expectedversion`; a recorded event adds `version`, `recordedtime`, its log `position` where it is read, and
`causeversion` when it follows by itself from another event of its goal.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple, cast, get_args
from urllib.parse import quote, unquote

from pydantic_core import from_json, to_json

from events.catalog import Json, decode, encode
from events.errors import CairnError, FieldError, Rejected
from events.event import Event, RecordedEvent
from events.identity import LOG, GoalId, parse_goal_id
from events.trace_context import TRACEPARENT, trace_context
from events.vocabulary import Actor, ActorRole

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
MAX_EVENT_BYTES = 256 * 1024
"""The largest event that Cairn accepts, envelope included."""

_ROLES: tuple[str, ...] = get_args(ActorRole)
_OURS = frozenset({"version", "recordedtime", "causeversion", "position"})
_KNOWN = frozenset(
    {"specversion", "id", "source", "type", "subject", "time", "actor", "actorrole", "expectedversion"}
    | {"datacontenttype", "data", "data_base64"}
)
_RESERVED = _KNOWN | _OURS
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)?", re.ASCII)
_EXTENSION = re.compile(r"[a-z0-9]{1,20}", re.ASCII)
_NEEDS_QUOTING = re.compile(r"[^\x21\x23\x24\x26-\x7e]")
_SAFE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"%')
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_MAX_EXTENSIONS = 16
_MAX_LABEL = 200
_MAX_EXTENSION_VALUE = 1000


class StoredMessage(NamedTuple):
    """A message of the log as the server hands it out, not yet looked into."""

    subject: str
    position: int
    recorded_at: datetime
    headers: Mapping[str, str]
    data: bytes


class UnreadableEvent(CairnError):
    """A message of the log that is no event this version of Cairn can read."""

    def __init__(self, position: int, subject: str, reason: str):
        super().__init__(f"position {position} on {subject}: {reason}")
        self.position = position
        self.subject = subject
        self.reason = reason


def read_submission(body: bytes, headers: Mapping[str, str] | None = None, goal_id: GoalId | None = None) -> Event:
    """Read an offered event, in binary mode when there are `ce-` headers, in structured mode otherwise.

    An event that names no trace belongs to that of the request, if its headers name one.

    Args:
        body: The payload (binary mode) or the whole event (structured mode), as JSON.
        headers: NATS or HTTP headers; names in any case.
        goal_id: The id in the NATS subject, which the event's own must equal.

    Raises:
        Rejected: `event.invalid`, `event.unknown_type`, `identity.mismatch`, `gas.levels`, `progress.out_of_range`.
    """
    if len(body) > MAX_EVENT_BYTES:
        raise Rejected("event.invalid", f"The event has {len(body):,} bytes; Cairn accepts {MAX_EVENT_BYTES:,}.")
    named = {name.lower(): value for name, value in (headers or {}).items()}
    if not named.get("content-type", "").startswith(STRUCTURED) and "ce-type" in named:
        attributes: Json = {name[3:]: unquote(value) for name, value in named.items() if name.startswith("ce-")}
        if "content-type" in named:
            attributes["datacontenttype"] = named["content-type"]
        event = _submission(attributes, body, goal_id)
    else:
        event = read_structured(_json_object(body), goal_id)
    return _traced(event, named) if TRACEPARENT in named else event


def read_structured(event: Json, goal_id: GoalId | None = None) -> Event:
    """Read an offered event from its structured JSON object.

    Raises:
        Rejected: as :func:`read_submission`.
    """
    if "data" not in event:
        detail = "is binary; Cairn's data is JSON" if "data_base64" in event else "is missing"
        raise Rejected("event.invalid", f"The event's data {detail}.", (FieldError("data", f"Data {detail}."),))
    return _submission(event, to_json(event["data"]), goal_id)


def to_headers(event: Event, version: int) -> dict[str, str]:
    """The headers under which the log stores an event as the given version of its goal."""
    headers = {
        "ce-specversion": "1.0",
        "ce-id": _quoted(event.id),
        "ce-source": _quoted(event.source),
        "ce-type": event.type_name,
        "ce-subject": str(event.goal_id),
        "ce-time": event.time.isoformat(),
        "ce-actor": _quoted(event.actor.id),
        "ce-actorrole": event.actor.role,
        "ce-version": str(version),
        "content-type": "application/json",
    }
    if event.cause is not None:
        headers["ce-causeversion"] = str(event.cause)
    for name, value in event.extensions.items():
        headers[f"ce-{name}"] = _quoted(value)
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
        goal_id = _goal_id(stored.subject)
        cause = headers.get("ce-causeversion")
        event = Event(
            goal_id,
            _unquoted(headers["ce-source"]),
            _unquoted(headers["ce-id"]),
            datetime.fromisoformat(headers["ce-time"]),
            _actor(_unquoted(headers["ce-actor"]), headers["ce-actorrole"]),
            decode(headers["ce-type"], stored.data, goal_id.goal),
            None,
            int(cause) if cause else None,
            _extensions(headers),
        )
        return RecordedEvent(event, stored.position, int(headers["ce-version"]), stored.recorded_at)
    except (Rejected, KeyError, TypeError, ValueError) as error:
        # A key error names the missing header, a rejection the fields; neither repeats what a patient wrote.
        reason = error.detail if isinstance(error, Rejected) else f"{type(error).__name__} {error}"
        raise UnreadableEvent(stored.position, stored.subject, reason) from error


def structured(event: Event) -> Json:
    """An event as a structured CloudEvent, ready for JSON and for being offered."""
    return {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": event.type_name,
        "subject": str(event.goal_id),
        "time": event.time.isoformat(),
        "actor": event.actor.id,
        "actorrole": event.actor.role,
        **({"expectedversion": event.expected_version} if event.expected_version is not None else {}),
        **event.extensions,
        "datacontenttype": "application/json",
        "data": event.data.model_dump(mode="json", exclude_none=True),
    }


def to_cloudevent(recorded: RecordedEvent) -> Json:
    """A recorded event as a structured CloudEvent, with its version, position and times, ready for JSON."""
    cause = recorded.event.cause
    return {
        **structured(recorded.event),
        "version": recorded.version,
        "position": recorded.position,
        "recordedtime": recorded.recorded_at.isoformat(),
        **({"causeversion": cause} if cause is not None else {}),
    }


def _submission(attributes: Json, body: bytes, goal_id: GoalId | None) -> Event:
    wrong: list[FieldError] = []

    def text(name: str, limit: int = _MAX_LABEL) -> str:
        value = attributes.get(name)
        if value is None or value == "":
            wrong.append(FieldError(name, f"The CloudEvents attribute {name} is missing."))
        elif not isinstance(value, str) or len(value) > limit or not _is_printable(value):
            wrong.append(FieldError(name, f"{name} must be a text of 1 to {limit} printable characters."))
        else:
            return value
        return ""

    if attributes.get("specversion") != "1.0":
        wrong.append(FieldError("specversion", "specversion must be “1.0”, as this is CloudEvents 1.0."))
    id_, source, type_name, actor = text("id"), text("source"), text("type"), text("actor")
    role = text("actorrole")
    if role and role not in _ROLES:
        wrong.append(FieldError("actorrole", f"actorrole must be one of {', '.join(_ROLES)}."))
    time = _time(text("time"), wrong)
    expected = _expected_version(attributes.get("expectedversion"), wrong)
    content_type = attributes.get("datacontenttype") or "application/json"
    if not isinstance(content_type, str) or not _is_json(content_type):
        wrong.append(FieldError("datacontenttype", "The data must be application/json."))
    extensions = _offered_extensions(attributes, wrong)
    if wrong:
        first = wrong[0].detail if len(wrong) == 1 else f"{wrong[0].detail} See errors for each."
        raise Rejected("event.invalid", f"The event's envelope is not right. {first}", tuple(wrong))
    goal_id = _agreed_id(attributes.get("subject"), goal_id)
    return Event(
        goal_id=goal_id,
        source=source,
        id=id_,
        time=time,
        actor=_actor(actor, role),
        data=decode(type_name, body, goal_id.goal),
        expected_version=expected,
        extensions=extensions,
    )


def _traced(event: Event, headers: Mapping[str, str]) -> Event:
    if TRACEPARENT in event.extensions:
        return event
    return replace(event, extensions={**event.extensions, **trace_context(headers)})


def _agreed_id(subject: object, goal_id: GoalId | None) -> GoalId:
    if subject is None and goal_id is not None:
        return goal_id
    if not isinstance(subject, str) or not subject:
        raise Rejected(
            "identity.mismatch",
            "The event names no subject; it must be ORG.PATIENT.GOAL.",
            (FieldError("subject", "The CloudEvents attribute subject is missing."),),
        )
    if goal_id is None:
        return parse_goal_id(subject)
    if subject != str(goal_id):
        own = parse_goal_id(subject)
        raise Rejected("identity.mismatch", f"The event's subject is {own}, but it was sent to {goal_id}.")
    return goal_id


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_YEAR = 1900


def _time(value: str, wrong: list[FieldError]) -> datetime:
    if not value:
        return _EPOCH
    match = _RFC3339.fullmatch(value)
    try:
        time = datetime.fromisoformat(value.upper()) if match else None
    except ValueError:
        time = None
    if time is None:
        wrong.append(FieldError("time", "time must be RFC 3339, such as 2026-01-31T09:30:00+01:00."))
        return _EPOCH
    if time.tzinfo is None:
        wrong.append(FieldError("time", "time must carry an offset, such as Z or +01:00."))
        return _EPOCH
    if time.year < _FIRST_YEAR:  # The first days of the calendar cannot be told in every time zone.
        wrong.append(FieldError("time", f"time must be in the year {_FIRST_YEAR} or later."))
        return _EPOCH
    return time


def _expected_version(value: object, wrong: list[FieldError]) -> int | None:
    if value is None:
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**18:
        wrong.append(FieldError("expectedversion", "expectedversion must be a whole number, 0 for a new goal."))
        return None
    return value


def _offered_extensions(attributes: Json, wrong: list[FieldError]) -> dict[str, str]:
    names = [name for name, value in attributes.items() if name not in _RESERVED and value is not None]
    if not names:
        return {}
    if len(names) > _MAX_EXTENSIONS:
        wrong.append(FieldError("", f"An event carries at most {_MAX_EXTENSIONS} extension attributes."))
        return {}
    kept = {}
    for name in sorted(names):
        value = attributes[name]
        if isinstance(value, bool):
            value = str(value).lower()
        if isinstance(value, int):
            value = str(value)
        if not _EXTENSION.fullmatch(name):
            wrong.append(FieldError("", "Names of extension attributes are 1 to 20 of a-z and 0-9."))
        elif not isinstance(value, str) or len(value) > _MAX_EXTENSION_VALUE or not _is_printable(value):
            wrong.append(FieldError(name, f"{name} must be a text of at most {_MAX_EXTENSION_VALUE} characters."))
        else:
            kept[name] = value
    return kept


@lru_cache(maxsize=16384)
def _goal_id(subject: str) -> GoalId:
    return GoalId(*subject[len(LOG) + 1 :].split("."))


@lru_cache(maxsize=4096)  # A clinic has few people and many events.
def _actor(id_: str, role: str) -> Actor:
    return Actor.model_construct(id=id_, role=cast(ActorRole, role))


_OWN_HEADERS = frozenset(f"ce-{name}" for name in _RESERVED)


def _extensions(headers: Mapping[str, str]) -> dict[str, str]:
    others = _others(tuple(headers))
    return {name[3:]: _unquoted(headers[name]) for name in others} if others else {}


@lru_cache(maxsize=512)  # Those who write to a log write the same headers over and over.
def _others(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in _OWN_HEADERS and name.startswith("ce-"))


def _json_object(body: bytes) -> Json:
    try:
        value = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise Rejected("event.invalid", f"The event is not JSON that Cairn can read: {error}.") from None
    if not isinstance(value, dict):
        raise Rejected(
            "event.invalid",
            "The event must be a CloudEvents JSON object, or carry its attributes as ce- headers.",
        )
    return value


def _is_json(content_type: str) -> bool:
    if content_type == "application/json":
        return True
    media = content_type.partition(";")[0].strip().lower()
    return media == "application/json" or media.endswith("+json")


def _is_printable(value: str) -> bool:
    # The first is quick and stricter; the search then lets through what only looks odd, such as a no-break space.
    return value.isprintable() or not _UNPRINTABLE.search(value)


def _quoted(value: str) -> str:
    return quote(value, safe=_SAFE) if _NEEDS_QUOTING.search(value) else value


def _unquoted(value: str) -> str:
    return unquote(value) if "%" in value else value
