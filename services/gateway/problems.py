"""How HTTP says no: RFC 9457 problem details with Cairn's code, sentence and fields."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from events.codes import CODES, Kind
from events.errors import CairnError, FieldError, Rejected
from events.identity import GoalId
from events.log.anchor import LogReplaced
from events.outcome import OutcomeError, RejectedOutcome

PROBLEM_JSON = "application/problem+json"
RETRY_AFTER_SECONDS = 2

HTTP_STATUS: Mapping[Kind, HTTPStatus] = {
    "rule": HTTPStatus.CONFLICT,
    "conflict": HTTPStatus.CONFLICT,
    "invalid": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unauthenticated": HTTPStatus.UNAUTHORIZED,
    "forbidden": HTTPStatus.FORBIDDEN,
    "absent": HTTPStatus.NOT_FOUND,
    "retry": HTTPStatus.SERVICE_UNAVAILABLE,
    "full": HTTPStatus.INSUFFICIENT_STORAGE,
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "media_type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "not_acceptable": HTTPStatus.NOT_ACCEPTABLE,
    "method": HTTPStatus.METHOD_NOT_ALLOWED,
    "misdirected": HTTPStatus.MISDIRECTED_REQUEST,
    "defect": HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""The HTTP status of an answer whose code is of a kind."""


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
    code: str = Field(description="Which refusal it is. docs/codes.md lists all; a newer version may know more.")
    detail: str = Field(description="What is wrong with this request, in a sentence.")
    errors: tuple[OutcomeError, ...] = ()
    version: int | None = Field(None, description="The goal's current version where it is known.")


class HeldBack(NamedTuple):
    """The event of a goal that no read could take in, and why; nothing of it is anybody's words."""

    goal_id: GoalId
    position: int
    reason: str


class RequestRefused(CairnError):
    """A request that is answered with a problem.

    Args:
        code: A code of `events/codes.py`; its kind gives the HTTP status.
        detail: What is wrong with this request, in a sentence.
        errors: The parameters or fields that it is about.
        version: The goal's current version where it is known.
        status: The HTTP status, where it is not that of the code's kind.
        headers: What the answer has in its headers beside the usual.
        held_back: The event that is in the way, for whoever mends it.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        errors: Sequence[FieldError] = (),
        *,
        version: int | None = None,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        held_back: HeldBack | None = None,
    ):
        self.headers = headers or {}
        self.held_back = held_back
        # A goals service that is newer than this gateway may know more codes.
        known = CODES.get(code)
        self.status = int(status or HTTP_STATUS[known.kind if known else "rule"])
        super().__init__(f"{self.status} {code}: {detail}")
        self.problem = Problem(
            type=f"urn:cairn:problem:{code}",
            title=known.meaning if known else "The request was refused.",
            status=self.status,
            code=code,
            detail=detail,
            errors=tuple(OutcomeError(field=each.field, detail=each.detail) for each in errors),
            version=version,
        )


def problem_response(refused: RequestRefused) -> Response:
    """The problem as an HTTP response; one that may pass by itself says when to try again."""
    retry = {"retry-after": str(RETRY_AFTER_SECONDS)} if refused.status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    return Response(
        refused.problem.model_dump_json(exclude_none=True),
        refused.status,
        headers={**retry, **refused.headers},
        media_type=PROBLEM_JSON,
    )


def refused_submission(outcome: RejectedOutcome) -> RequestRefused:
    """The problem of a rejected submission: 422 invalid, 503 for what may be tried again, 409 for every rule."""
    errors = [FieldError(each.field, each.detail) for each in outcome.errors]
    return RequestRefused(outcome.code, outcome.detail, errors, version=outcome.version)


def log_replaced(replaced: LogReplaced) -> RequestRefused:
    """The problem of a reader whose place in the feed is not of this log.

    Nobody can tell from an id whether the log was replaced since or the id is of another log, so both are said.
    """
    there = (
        f"it ends at position {replaced.head}, before the event that you name as the last one you have read"
        if replaced.position > replaced.head
        else f"it holds another event at position {replaced.position} than the one that you have read"
    )
    return RequestRefused(
        "log.replaced",
        f"Your place in the feed is not of this log: {there}. Either the id was given by another log, or this log was"
        " put in the place of the one that you have read, and may lack some of it."
        " Read again from the beginning with after=0, without Last-Event-ID.",
        status=HTTP_STATUS["conflict"],
    )


def refused_read(rejected: Rejected) -> RequestRefused:
    """The problem of a read that is refused: 404 for what is not there, otherwise as for a submission."""
    absent = HTTP_STATUS["absent"] if "absent" in CODES[rejected.code].kinds else None
    return RequestRefused(rejected.code, rejected.detail, rejected.errors, version=rejected.version, status=absent)
