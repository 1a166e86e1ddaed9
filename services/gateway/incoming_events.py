"""Events as they are submitted over HTTP (CloudEvents HTTP protocol binding 1.0.2), addressed but not judged.

Only the subject is looked at here, because it says where to send the event. Everything else is for the goals service;
whatever it would refuse is refused in its words.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic_core import from_json, to_json

from events.attribute_headers import PREFIX, by_lower_case_name
from events.doubled_names import may_be_doubled, refuse_doubled_names
from events.envelope import BATCH, STRUCTURED
from events.errors import Rejected
from events.identity import GoalId
from events.media_types import is_json, media_type, without_byte_order_mark
from events.submission import addressee, is_binary
from events.trace_context import trace_context
from events.wrong_values import end_of_json
from services.gateway.problems import RequestRefused

MAX_BATCH_EVENTS = 500
MAX_BATCH_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Submission:
    """One event on its way to the goals service: whom it is about, and the message as it will be sent."""

    goal_id: GoalId
    body: bytes
    headers: Mapping[str, str]


def is_batch(content_type: str) -> bool:
    """Whether the body is a batch of structured events."""
    return media_type(content_type) == BATCH


def read_event(body: bytes, headers: Mapping[str, str]) -> Submission:
    """One event, in structured or binary mode; with the request's trace, to which it belongs if it names none itself.

    Raises:
        RequestRefused: 415, when neither the content type nor a `ce-` header says that it is an event. A browser sends
            such a body for any page that asks it to; it never sends the kinds accepted here without asking first.
        Rejected: when there is no telling whom the event is about.
    """
    named = {name: _as_utf8(value) for name, value in by_lower_case_name(headers).items()}
    if is_binary(named):
        return _binary(body, named)
    if not is_json(named.get("content-type", "")):
        raise RequestRefused(
            "request.media_type",
            f"Send an event as {STRUCTURED} or application/json, as application/json with ce- headers,"
            f" or several as {BATCH}.",
        )
    return _structured(body, trace_context(named))


def read_batch(body: bytes, headers: Mapping[str, str]) -> list[Submission | Rejected]:
    """The events of a batch in order; a rejection in the place of each that has no address.

    All that name no trace belong to that of the request.

    Raises:
        Rejected: when the body is no array, holds too many, or has an object in which a name stands twice.
    """
    try:
        events = from_json(without_byte_order_mark(body), allow_inf_nan=False)
    except ValueError as error:
        detail = f"The batch is not JSON that Cairn can read, at {end_of_json(error)}."
        raise Rejected("event.invalid", detail) from None
    if not isinstance(events, list):
        raise Rejected("event.invalid", "A batch is a JSON array of CloudEvents.")
    if len(events) > MAX_BATCH_EVENTS:
        raise Rejected(
            "event.invalid", f"The batch holds {len(events):,} events; Cairn takes {MAX_BATCH_EVENTS} at a time."
        )
    trace = trace_context({name.lower(): value for name, value in headers.items()})
    members = [to_json(event) for event in events]
    if may_be_doubled(body, sum(member.count(b'"') for member in members)):
        refuse_doubled_names(without_byte_order_mark(body))
    return [_member(member, trace) for member in members]


def _member(body: bytes, trace: Mapping[str, str]) -> Submission | Rejected:
    try:
        return _structured(body, trace)
    except Rejected as rejection:
        return rejection


def _structured(body: bytes, trace: Mapping[str, str]) -> Submission:
    return Submission(addressee(body), body, {"content-type": STRUCTURED, **trace})


def _binary(body: bytes, named: Mapping[str, str]) -> Submission:
    kept = {name: value for name, value in named.items() if name.startswith(PREFIX)}
    content_type = {"content-type": named["content-type"]} if named.get("content-type") else {}
    headers = {**kept, **content_type, **trace_context(named)}
    return Submission(addressee(body, headers), body, headers)


def _as_utf8(value: str) -> str:
    """A header's value, whose bytes HTTP servers read as Latin-1, where it is UTF-8; what is neither is marked."""
    return value if value.isascii() else value.encode("latin-1").decode(errors="replace")
