"""A refusal in the manner of the address that was asked: an OperationOutcome below `/fhir/`, else a problem detail."""

from http import HTTPStatus

from pydantic_core import to_json
from starlette.responses import Response

from events.errors import FieldError
from services.fhir.outgoing.outcome import operation_outcome
from services.gateway.problems import RETRY_AFTER_SECONDS, RequestRefused, problem_response

FHIR_JSON = "application/fhir+json"
FHIR_ROOT = "/fhir/"
"""Every address below this one is answered as FHIR answers."""


def refusal_answer(path: str, refused: RequestRefused) -> Response:
    """The answer to a request that is refused. FHIR answers parameters that it cannot use with 400."""
    if not path.startswith(FHIR_ROOT):
        return problem_response(refused)
    problem = refused.problem
    status = 400 if refused.status == HTTPStatus.UNPROCESSABLE_ENTITY else refused.status
    errors = [FieldError(each.field, each.detail) for each in problem.errors]
    outcome = operation_outcome(status, problem.code, problem.detail, errors)
    retry = {"retry-after": str(RETRY_AFTER_SECONDS)} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    return Response(to_json(outcome), status, headers={**retry, **refused.headers}, media_type=FHIR_JSON)
