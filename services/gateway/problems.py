"""How HTTP says no: RFC 9457 problem details with Cairn's code, sentence and fields."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from events.errors import CODES, RETRYABLE, CairnError, FieldError, Rejected
from events.log.anchor import LogReplaced
from events.outcome import OutcomeError, RejectedOutcome

PROBLEM_JSON = "application/problem+json"
RETRY_AFTER_SECONDS = 2

GATEWAY_CODES: dict[str, str] = {
    "request.invalid": "The request's parameters are not right.",
    "request.not_acceptable": "The answer cannot be given in the form that is asked for.",
    "request.media_type": "The body is of a kind that Cairn does not read.",
    "http.not_found": "There is nothing at this address.",
    "http.method_not_allowed": "This address does not take this method.",
    "http.error": "The request cannot be answered.",
    "answer.too_large": "The answer does not fit into one NATS message.",
    "goal.version_unknown": "The goal has not come to this version.",
    "projection.behind": "The projection has not reached the position yet. Try again.",
    "projection.quarantined": "The goal's events are in quarantine.",
    "projection.unavailable": "The projection cannot be read now. Try again.",
    "goals.unavailable": "Nobody answers submissions now. Try again; what is submitted again is recorded once.",
    "template.unknown": "There is no such goal template.",
    "feed.full": "As many live feeds are open as the gateway serves. Try again.",
    "internal.error": "Cairn made a mistake.",
}
"""Codes of the gateway's own, beside those of :data:`events.errors.CODES`."""

_INVALID = frozenset(
    {"event.invalid", "event.unknown_type", "identity.mismatch", "org.unknown", "gas.levels", "progress.out_of_range"}
)
_ABSENT = frozenset({"goal.unknown", "org.unknown", "plan.missing"})


class Problem(BaseModel):
    """A problem detail (RFC 9457). `code`, `detail` and `errors` are those of the outcome; `version` is the goal's."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:cairn:problem:goal.limit_reached",
                    "title": "The patient has as many active goals as the plan allows.",
                    "status": 409,
                    "code": "goal.limit_reached",
                    "detail": "3 goals are active; the plan allows 3.",
                    "errors": [],
                    "version": 9,
                }
            ]
        }
    )

    type: str = Field(description="`urn:cairn:problem:` and the code.")
    title: str = Field(description="What the code means in general.")
    status: int
    code: str
    detail: str = Field(description="What is wrong with this request, in a sentence.")
    errors: tuple[OutcomeError, ...] = ()
    version: int | None = Field(None, description="The goal's current version where it is known.")


class Refused(CairnError):
    """A request that is answered with a problem of the given HTTP status."""

    def __init__(
        self, status: int, code: str, detail: str, errors: Sequence[FieldError] = (), *, version: int | None = None
    ):
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.problem = Problem(
            type=f"urn:cairn:problem:{code}",
            # A goals service that is newer than this gateway may know more codes.
            title=CODES.get(code) or GATEWAY_CODES.get(code, "The request was refused."),
            status=status,
            code=code,
            detail=detail,
            errors=tuple(OutcomeError(field=each.field, detail=each.detail) for each in errors),
            version=version,
        )


def problem_response(refused: Refused, headers: Mapping[str, str] | None = None) -> Response:
    """The problem as an HTTP response; one that may pass by itself says when to try again."""
    retry = {"retry-after": str(RETRY_AFTER_SECONDS)} if refused.status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    return Response(
        refused.problem.model_dump_json(exclude_none=True),
        refused.status,
        headers={**retry, **(headers or {})},
        media_type=PROBLEM_JSON,
    )


def refused_submission(outcome: RejectedOutcome) -> Refused:
    """The problem of a rejected submission: 422 invalid, 503 for what may be tried again, 409 for every rule."""
    errors = [FieldError(each.field, each.detail) for each in outcome.errors]
    status = 422 if outcome.code in _INVALID else 503 if outcome.code in RETRYABLE else 409
    return Refused(status, outcome.code, outcome.detail, errors, version=outcome.version)


def log_replaced(replaced: LogReplaced) -> Refused:
    """The problem of a reader of the feed who comes back to a log that has become another one."""
    there = (
        f"it ends at position {replaced.head}, before the event that you have read last"
        if replaced.position > replaced.head
        else f"it holds another event at position {replaced.position} than the one that you have read"
    )
    return Refused(
        409,
        "log.replaced",
        f"The log is another one than before: {there}. Some of what you have read may not be in it any more."
        " Read again from the beginning with after=0, without Last-Event-ID.",
    )


def refused_read(rejected: Rejected) -> Refused:
    """The problem of a read that is refused: 404 for what is not there, otherwise as for a submission."""
    if rejected.code in _ABSENT:
        return Refused(404, rejected.code, rejected.detail, rejected.errors, version=rejected.version)
    return refused_submission(RejectedOutcome.of(rejected))
