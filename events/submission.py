"""Reading a submission: an event as a sender has written it, with every check of its envelope."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

from pydantic_core import from_json, to_json

from events.attribute_headers import PREFIX, Extension, by_lower_case_name, decode_value, read_attributes
from events.catalog import Json, decode
from events.doubled_names import may_be_doubled, refuse_doubled_names, refuse_doubled_names_of_data
from events.envelope import MAX_EVENT_BYTES, RESERVED, STRUCTURED, named_actor
from events.errors import FieldError, Rejected
from events.event import Event
from events.identity import GoalId, parse_goal_id
from events.instants import read_instant
from events.media_types import is_json, media_type, without_byte_order_mark
from events.trace_context import TRACEPARENT, trace_context
from events.vocabulary import ActorRole
from events.voiding import VOIDING
from events.wrong_values import end_of_json

_ROLES: tuple[str, ...] = get_args(ActorRole)
_EXTENSION = re.compile(r"[a-z0-9]{1,20}", re.ASCII)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_MAX_EXTENSIONS = 16
_MAX_ATTRIBUTE_CHARACTERS = 200
_MAX_EXTENSION_CHARACTERS = 1000
_INTEGERS = range(-(2**31), 2**31)
"""What a CloudEvents Integer can be (CloudEvents 1.0.2, section "Type System")."""
_FIRST = ("id", "source", "type", "actor", "actorrole")
_REQUIRED = (*_FIRST, "time")
_REQUIRED_TEXTS = len(_REQUIRED) + 1
"""Those, and specversion."""
_USUAL_ATTRIBUTES = 10
"""The required ones, with subject, datacontenttype and data."""
_NOTHING = frozenset({b"", b"null"})


def read_submission(body: bytes, headers: Mapping[str, str] | None = None, goal_id: GoalId | None = None) -> Event:
    """Read a submitted event, in binary mode when there are `ce-` headers, in structured mode otherwise.

    An event that names no trace gets the trace of the request, if the request's headers name one. An event without
    data has the data `{}`.

    Args:
        body: The payload (binary mode) or the whole event (structured mode), as JSON.
        headers: NATS or HTTP headers; names in any case.
        goal_id: The id in the NATS subject, which the event's own must equal.

    Raises:
        Rejected: `event.invalid`, `event.unknown_type`, `identity.mismatch`, `gas.levels`, `progress.out_of_range`.
    """
    if len(body) > MAX_EVENT_BYTES:
        raise Rejected("event.invalid", f"The event has more than {MAX_EVENT_BYTES:,} bytes, which Cairn accepts.")
    named = by_lower_case_name(headers)
    body = without_byte_order_mark(body)
    if is_binary(named):
        attributes: Json = dict(read_attributes(named))
        if "content-type" in named:
            attributes["datacontenttype"] = named["content-type"]
        refuse_doubled_names_of_data(body)
        event = _submission(attributes, body, goal_id)
    else:
        structured = _json_object(body)
        data = _data(structured)
        if may_be_doubled(body, _quotes(structured, data)):
            refuse_doubled_names(body)
        event = _submission(structured, data, goal_id)
    return _traced(event, named) if TRACEPARENT in named else event


def is_binary(headers: Mapping[str, str]) -> bool:
    """Whether these headers, by their names in lower case, are those of an event in binary mode."""
    content_type = headers.get("content-type", "")
    if content_type == STRUCTURED or media_type(content_type) == STRUCTURED:
        return False
    return any(name.startswith(PREFIX) for name in headers)


def addressee(body: bytes, headers: Mapping[str, str] | None = None) -> GoalId:
    """Whom an offered event is about; all else is left for :func:`read_submission` to judge.

    Raises:
        Rejected: as :func:`read_submission`, when there is no telling.
    """
    named = by_lower_case_name(headers)
    try:
        if len(body) <= MAX_EVENT_BYTES:
            if is_binary(named):
                return parse_goal_id(decode_value(named["ce-subject"]))
            subject = from_json(without_byte_order_mark(body), allow_inf_nan=False)["subject"]
            if isinstance(subject, str):
                return parse_goal_id(subject)
    except (Rejected, LookupError, TypeError, ValueError):
        pass  # what is wrong is said below, in the same words to everyone
    return read_submission(body, headers).goal_id


def _data(event: Json) -> bytes:
    """The data of a structured event, as JSON."""
    data, encoded = event.get("data"), event.get("data_base64")
    if encoded is None:
        return to_json(data)
    detail = "An event has data or data_base64, not both."
    if data is None:
        detail = "data_base64 must be JSON in base64 (RFC 4648, section 4)."
        try:
            decoded = without_byte_order_mark(base64.b64decode(encoded, validate=True))
        except (TypeError, ValueError, binascii.Error):
            pass
        else:
            refuse_doubled_names_of_data(decoded)
            return decoded
    raise Rejected("event.invalid", detail, (FieldError("data_base64", detail),))


def _quotes(event: Json, data: bytes) -> int:
    """How many quotation marks an event takes that is not refused for something else, at least."""
    if len(event) > _USUAL_ATTRIBUTES:
        texts = [*map(type, event.values())].count(str)
    else:  # counted in half of the time: the required attributes are texts, or the event is refused
        texts = _REQUIRED_TEXTS + isinstance(event.get("subject"), str) + isinstance(event.get("datacontenttype"), str)
    return 2 * (len(event) + texts) + data.count(b'"')


def _submission(attributes: Json, body: bytes, goal_id: GoalId | None) -> Event:
    wrong: list[FieldError] = []
    get = attributes.get
    if get("specversion") != "1.0":
        wrong.append(FieldError("specversion", "specversion must be “1.0”, as this is CloudEvents 1.0."))
    plain = _plain_texts(attributes)
    id_, source, type_name, actor, role = plain[:5] if plain else [_text(name, get(name), wrong) for name in _FIRST]
    entered_by = _text("enteredby", get("enteredby"), wrong) if get("enteredby") not in (None, "") else None
    if role and role not in _ROLES:
        wrong.append(FieldError("actorrole", f"actorrole must be one of {', '.join(_ROLES)}."))
    time = _time(plain[5] if plain else _text("time", get("time"), wrong), wrong)
    expected = _expected_version(get("expectedversion"), wrong)
    content_type = get("datacontenttype") or "application/json"
    if not isinstance(content_type, str) or not is_json(content_type):
        detail = "The data must be JSON: application/json, text/json, or a type that ends in +json."
        wrong.append(FieldError("datacontenttype", detail))
    extensions = _offered_extensions(attributes, wrong)
    if wrong:
        with_subject = (*wrong, *_wrong_subject(attributes.get("subject"), goal_id))
        first = wrong[0].detail if len(with_subject) == 1 else f"{wrong[0].detail} See errors for each."
        raise Rejected("event.invalid", f"The event's envelope is not right. {first}", with_subject)
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
        data=decode(type_name, b"{}" if body.strip() in _NOTHING else body, goal_id.goal),
        expected_version=expected,
        extensions=extensions,
        entered_by=entered_by,
    )


def _plain_texts(attributes: Json) -> list[str] | None:
    """The required texts where none of them needs a closer look, as nearly always; None where one does."""
    texts = [attributes.get(name, "") for name in _REQUIRED]
    try:
        together = "".join(texts)
    except TypeError:
        return None
    is_plain = len(together) <= _MAX_ATTRIBUTE_CHARACTERS and together.isprintable() and all(texts)
    return texts if is_plain else None


def _text(name: str, value: object, wrong: list[FieldError], limit: int = _MAX_ATTRIBUTE_CHARACTERS) -> str:
    if value is None or value == "":
        wrong.append(FieldError(name, f"The CloudEvents attribute {name} is missing."))
    elif not isinstance(value, str) or len(value) > limit or not _is_printable(value):
        wrong.append(FieldError(name, f"{name} must be a text of 1 to {limit} printable characters."))
    else:
        return value
    return ""


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
        detail = f"The event's subject is {own}, but it was sent to {goal_id}."
        raise Rejected("identity.mismatch", detail, (FieldError("subject", detail),))
    return goal_id


def _wrong_subject(subject: object, goal_id: GoalId | None) -> tuple[FieldError, ...]:
    try:
        _agreed_id(subject, goal_id)
    except Rejected as rejection:
        return rejection.errors or (FieldError("subject", rejection.detail),)
    return ()


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_YEAR = 1900


def _time(value: str, wrong: list[FieldError]) -> datetime:
    if not value:
        return _EPOCH
    time = read_instant(value)
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


def _offered_extensions(attributes: Json, wrong: list[FieldError]) -> dict[str, Extension]:
    """The extension attributes, without those that are empty: an empty one says nothing."""
    if RESERVED.issuperset(attributes):
        return {}
    names = [name for name, value in attributes.items() if name not in RESERVED and value not in (None, "")]
    if not names:
        return {}
    if len(names) > _MAX_EXTENSIONS:
        wrong.append(FieldError("", f"An event carries at most {_MAX_EXTENSIONS} extension attributes."))
        return {}
    kept: dict[str, Extension] = {}
    for name in sorted(names):
        value = attributes[name]
        if not _EXTENSION.fullmatch(name):
            wrong.append(FieldError("", "Names of extension attributes are 1 to 20 of a-z and 0-9."))
        elif isinstance(value, int) and value not in _INTEGERS:
            wrong.append(FieldError(name, f"{name} must be an integer of 32 bits; send a larger number as a text."))
        elif not isinstance(value, int) and not (
            isinstance(value, str) and len(value) <= _MAX_EXTENSION_CHARACTERS and _is_printable(value)
        ):
            detail = (
                f"{name} must be a text of at most {_MAX_EXTENSION_CHARACTERS} characters, true, false, or an integer."
            )
            wrong.append(FieldError(name, detail))
        else:
            kept[name] = value
    return kept


def _json_object(body: bytes) -> Json:
    if not body.strip():
        raise Rejected("event.invalid", "The body is empty; it must be an event, as a CloudEvents JSON object.")
    try:
        value = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        detail = f"The event is not JSON that Cairn can read, at {end_of_json(error)}."
        raise Rejected("event.invalid", detail) from None
    if not isinstance(value, dict):
        raise Rejected(
            "event.invalid",
            "The event must be a CloudEvents JSON object, or carry its attributes as ce- headers.",
        )
    return value


def _is_printable(value: str) -> bool:
    # The first check is quick and stricter; the search then accepts characters such as a no-break space.
    return value.isprintable() or not _UNPRINTABLE.search(value)
