"""POST /v1/events: submitting events over HTTP."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from events.envelope import BATCH, MAX_EVENT_BYTES, STRUCTURED, structured
from events.identity import GoalId
from events.outcome import Outcome, RecordedOutcome, RejectedOutcome
from events.samples import sample_of
from services.gateway.answers import json_answer
from services.gateway.asking import Asks
from services.gateway.bodies import read_body
from services.gateway.documentation import CLOUD_EVENT, problems
from services.gateway.gateway import Here
from services.gateway.incoming_events import MAX_BATCH_BYTES, Submission, is_batch, read_batch, read_event
from services.gateway.problems import problem_response, refused_submission
from services.gateway.routing import Router
from services.gateway.submission import submit_batch

router = Router(prefix="/v1", tags=["submit"])

_SAMPLE = sample_of("cairn.goal.progress_logged.v1")
_EXAMPLE = structured(_SAMPLE.event)
_DATA = {"type": "object", "additionalProperties": True, "description": "The data of an event."}
_BODIES = {
    "requestBody": {
        "required": True,
        "content": {
            STRUCTURED: {"schema": CLOUD_EVENT, "example": _EXAMPLE},
            "application/json": {
                "schema": {"anyOf": [CLOUD_EVENT, _DATA]},
                "examples": {
                    "structured": {"summary": "A whole CloudEvent", "value": _EXAMPLE},
                    "binary": {"summary": "The data alone, attributes as ce- headers", "value": _EXAMPLE["data"]},
                },
            },
            BATCH: {"schema": {"type": "array", "items": CLOUD_EVENT}, "example": [_EXAMPLE]},
        },
    }
}


@router.post(
    "/events",
    summary="Submit an event, or a batch of events",
    response_model=None,
    responses={
        200: {
            "model": RecordedOutcome | list[RecordedOutcome | RejectedOutcome],
            "description": "A duplicate, with the first outcome; or the outcomes of a batch, in its order.",
        },
        201: {"model": RecordedOutcome, "description": "Recorded, durably."},
        **problems(403, 409, 413, 415, 422, 503),
    },
    openapi_extra=_BODIES,
)
async def submit_events(request: Request, here: Here, asking: Asks) -> Response:
    """Submit a CloudEvent in structured or binary mode, or a batch of structured ones.

    An event is recorded once, however often it is sent: `(source, id)` is its idempotency key within its goal. A 503
    never means that it was recorded; sending the same event again is always safe. A batch is answered with 200 and an
    outcome for each of its events, in order; events of one patient are submitted one after another.
    """
    if is_batch(request.headers.get("content-type", "")):
        submissions = read_batch(await read_body(request, MAX_BATCH_BYTES), request.headers)

        async def submit(submission: Submission) -> Outcome:
            outcome = await here.submitter.submit(asking.principal, submission)
            here.metrics.submitted(outcome)
            return outcome

        outcomes = await submit_batch(submissions, submit)
        return json_answer([outcome.model_dump(mode="json", exclude_none=True) for outcome in outcomes])
    submission = read_event(await read_body(request, MAX_EVENT_BYTES), request.headers)
    outcome = await here.submitter.submit(asking.principal, submission)
    here.metrics.submitted(outcome)
    if isinstance(outcome, RejectedOutcome):
        return problem_response(refused_submission(outcome))
    return json_answer(
        outcome.model_dump(mode="json", exclude_none=True),
        200 if outcome.duplicate else 201,
        None if outcome.duplicate else _location(submission.goal_id),
    )


def _location(goal_id: GoalId) -> Mapping[str, str]:
    """Where what was recorded can be read."""
    patient = f"/v1/orgs/{goal_id.org}/patients/{goal_id.patient}"
    return {"location": f"{patient}/plan" if goal_id.is_plan else f"{patient}/goals/{goal_id.goal}"}
