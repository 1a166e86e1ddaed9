"""Events as they are submitted over HTTP (CloudEvents HTTP protocol binding 1.0.2), addressed but not judged.

Only the subject is looked at here, because it says where to send the event. Everything else is for the goals service.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from pydantic_core import from_json, to_json

from events.envelope import BATCH, STRUCTURED
from events.errors import FieldError, Rejected
from events.identity import GoalId, parse_goal_id
from events.trace_context import trace_context
from services.gateway.problems import RequestRefused
from services.submission_client import addressee

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
    return _media(content_type) == BATCH


def read_event(body: bytes, headers: Mapping[str, str]) -> Submission:
    """One event, in structured or binary mode; with the request's trace, to which it belongs if it names none itself.

    Raises:
        RequestRefused: 415, when neither the content type nor a `ce-` header says that it is an event. A browser sends
            such a body for any page that asks it to; it never sends the kinds accepted here without asking first.
        Rejected: when there is no telling whom the event is about.
    """
    named = {name.lower(): value for name, value in headers.items()}
    content_type = named.get("content-type", "")
    attributes = {name: value for name, value in named.items() if name.startswith("ce-")}
    if _media(content_type) != STRUCTURED and attributes:
        return _binary(body, {**attributes, **trace_context(named)}, content_type)
    if _media(content_type) not in {STRUCTURED, "application/json"}:
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
        Rejected: when the body is no array, or holds too many.
    """
    try:
        events = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise Rejected("event.invalid", f"The batch is not JSON that Cairn can read: {error}.") from None
    if not isinstance(events, list):
        raise Rejected("event.invalid", "A batch is a JSON array of CloudEvents.")
    if len(events) > MAX_BATCH_EVENTS:
        raise Rejected(
            "event.invalid", f"The batch holds {len(events):,} events; Cairn takes {MAX_BATCH_EVENTS} at a time."
        )
    trace = trace_context({name.lower(): value for name, value in headers.items()})
    return [_member(event, trace) for event in events]


def _member(event: object, trace: Mapping[str, str]) -> Submission | Rejected:
    try:
        return _structured(to_json(event), trace)
    except Rejected as rejection:
        return rejection


def _structured(body: bytes, trace: Mapping[str, str]) -> Submission:
    return Submission(addressee(body), body, {"content-type": STRUCTURED, **trace})


def _binary(body: bytes, attributes: dict[str, str], content_type: str) -> Submission:
    for name, code in (("type", "event.invalid"), ("subject", "identity.mismatch")):
        if f"ce-{name}" not in attributes:
            missing = f"The CloudEvents attribute {name} is missing."
            raise Rejected(code, f"The event has ce- headers but no ce-{name}. {missing}", (FieldError(name, missing),))
    headers = {**attributes, "content-type": content_type} if content_type else attributes
    return Submission(parse_goal_id(unquote(attributes["ce-subject"])), body, headers)


def _media(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()
