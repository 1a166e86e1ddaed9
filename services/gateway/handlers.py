"""Every way in which a request can be expected to fail, as a problem detail (below `/fhir`: an OperationOutcome)."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from nats.errors import Error as NatsError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from events.envelope import UnreadableEvent
from events.errors import FieldError, Rejected
from events.log import LogUnreachable
from events.log.anchor import LogReplaced
from events.wrong_values import WrongValue
from projections.engine.paging import BadCursor
from projections.engine.quarantine import GoalIsQuarantined
from services.access.records.recorder import ReadingNotRecorded
from services.gateway.access.judging import ReadingRefused
from services.gateway.access_records import not_recorded, record_refused_reading
from services.gateway.problems import HTTP_STATUS, HeldBack, RequestRefused, log_replaced, refused_read
from services.gateway.refusals import refusal_answer
from services.gateway.routing import ArgumentsInvalid
from services.notary.asking import NotaryRefused, NotarySilent

_TOKENS = frozenset({"org", "patient", "goal"})
_SHOWN = 20


async def failure_answer(request: Request, error: Exception) -> Response | None:
    """The answer to a request that failed in a way that can be foreseen; None for the rest, which is for the edge."""
    for kind in type(error).__mro__:
        if (answer := _ANSWERS.get(kind)) is not None:
            return await answer(request, error)
    return None


async def _refused(request: Request, error: RequestRefused) -> Response:
    return refusal_answer(request.scope, error)


async def _refused_reading(request: Request, error: ReadingRefused) -> Response:
    await record_refused_reading(request.app.state.gateway.records, request.scope, error)
    return refusal_answer(request.scope, error)


async def _rejected(request: Request, error: Rejected) -> Response:
    return refusal_answer(request.scope, refused_read(error))


async def _invalid(request: Request, error: ArgumentsInvalid) -> Response:
    found = [_field_error(each) for each in error.errors[:_SHOWN]]
    mismatch = any(each.field in _TOKENS for each in found)
    code = "identity.mismatch" if mismatch else "request.invalid"
    first = found[0].detail if len(found) == 1 else f"{found[0].detail} See errors for each."
    return refusal_answer(request.scope, RequestRefused(code, first, found))


def _field_error(wrong: WrongValue) -> FieldError:
    field = ".".join(map(str, wrong.where[1:]))
    if field in _TOKENS:
        return FieldError(field, f"{field} must be 1 to 64 letters, digits, hyphens or underscores.")
    if wrong.kind == "extra_forbidden":
        # The name is the client's own text, so it is not repeated in the sentence.
        return FieldError(field[:100], "There is no such parameter here; see /openapi.json.")
    if wrong.kind == "missing":
        return FieldError(field, f"The parameter {field} is missing.")
    return FieldError(field, f"{field}: {wrong.sentence}" if field else wrong.sentence)


async def _bad_cursor(request: Request, error: BadCursor) -> Response:
    refused = RequestRefused("request.invalid", str(error), [FieldError("cursor", str(error))])
    return refusal_answer(request.scope, refused)


async def _unrecorded(request: Request, error: ReadingNotRecorded) -> Response:
    return refusal_answer(request.scope, not_recorded(error))


async def _gone(request: Request, error: Exception) -> Response:
    """Nobody is there to be answered."""
    return Response(status_code=400)


async def _unreadable(request: Request, error: UnreadableEvent) -> Response:
    detail = f"The event at position {error.position} cannot be read by this version of Cairn."
    return refusal_answer(request.scope, RequestRefused("log.unreadable", detail, status=HTTP_STATUS["defect"]))


async def _quarantined(request: Request, error: GoalIsQuarantined) -> Response:
    refused = RequestRefused(
        "projection.quarantined", str(error), held_back=HeldBack(error.goal_id, *error.quarantined)
    )
    return refusal_answer(request.scope, refused)


async def _replaced(request: Request, error: LogReplaced) -> Response:
    return refusal_answer(request.scope, log_replaced(error))


async def _no_notary(request: Request, error: NotarySilent) -> Response:
    return refusal_answer(request.scope, RequestRefused("proof.unavailable", str(error)))


async def _notary_refuses(request: Request, error: NotaryRefused) -> Response:
    return refusal_answer(request.scope, RequestRefused(error.code, str(error)))


async def _unreachable(request: Request, error: Exception) -> Response:
    refused = RequestRefused("log.unavailable", "The log cannot be read now. Try again.")
    return refusal_answer(request.scope, refused)


_ANSWERS: Mapping[type, Callable[[Request, Any], Awaitable[Response]]] = {  # Any: each takes its own kind of failure
    RequestRefused: _refused,
    ReadingRefused: _refused_reading,
    Rejected: _rejected,
    ArgumentsInvalid: _invalid,
    BadCursor: _bad_cursor,
    ReadingNotRecorded: _unrecorded,
    ClientDisconnect: _gone,
    UnreadableEvent: _unreadable,
    GoalIsQuarantined: _quarantined,
    LogReplaced: _replaced,
    NotarySilent: _no_notary,
    NotaryRefused: _notary_refuses,
    LogUnreachable: _unreachable,
    NatsError: _unreachable,
}
