"""Reading a submission: an event as a sender has written it, with every check of its envelope."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args
from urllib.parse import unquote

from pydantic_core import from_json, to_json

from events.catalog import Json, decode
from events.envelope import MAX_EVENT_BYTES, RESERVED, STRUCTURED, named_actor
from events.errors import FieldError, Rejected
from events.event import Event
from events.identity import GoalId, parse_goal_id
from events.trace_context import TRACEPARENT, trace_context
from events.vocabulary import ActorRole
from events.voiding import VOIDING

_ROLES: tuple[str, ...] = get_args(ActorRole)
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)?", re.ASCII)
_EXTENSION = re.compile(r"[a-z0-9]{1,20}", re.ASCII)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_MAX_EXTENSIONS = 16
_MAX_ATTRIBUTE_CHARACTERS = 200
_MAX_EXTENSION_CHARACTERS = 1000


def read_submission(body: bytes, headers: Mapping[str, str] | None = None, goal_id: GoalId | None = None) -> Event:
    """Read a submitted event, in binary mode when there are `ce-` headers, in structured mode otherwise.

    An event that names no trace gets the trace of the request, if the request's headers name one.

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
    """Read a submitted event from its structured JSON object.

    Raises:
        Rejected: as :func:`read_submission`.
    """
    if "data" not in event:
        detail = "is binary; Cairn's data is JSON" if "data_base64" in event else "is missing"
        raise Rejected("event.invalid", f"The event's data {detail}.", (FieldError("data", f"Data {detail}."),))
    return _submission(event, to_json(event["data"]), goal_id)


def _submission(attributes: Json, body: bytes, goal_id: GoalId | None) -> Event:
    wrong: list[FieldError] = []

    def text(name: str, limit: int = _MAX_ATTRIBUTE_CHARACTERS) -> str:
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
    if type_name in VOIDING:
        detail = f"{type_name} cannot be offered: only Cairn's operator voids a message, by `cairn log void`."
        raise Rejected("event.invalid", detail, (FieldError("type", detail),))
    return Event(
        goal_id=goal_id,
        source=source,
        id=id_,
        time=time,
        actor=named_actor(actor, role),
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
    if time.year < _FIRST_YEAR:  # Python cannot convert the first days of its calendar to every time zone.
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
    names = [name for name, value in attributes.items() if name not in RESERVED and value is not None]
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
        elif not isinstance(value, str) or len(value) > _MAX_EXTENSION_CHARACTERS or not _is_printable(value):
            wrong.append(FieldError(name, f"{name} must be a text of at most {_MAX_EXTENSION_CHARACTERS} characters."))
        else:
            kept[name] = value
    return kept


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
    # The first check is quick and stricter; the search then accepts characters such as a no-break space.
    return value.isprintable() or not _UNPRINTABLE.search(value)
