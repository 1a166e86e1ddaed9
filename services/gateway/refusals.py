"""A refusal in the manner of the address that was asked.

Below `/fhir/` it is an OperationOutcome, at the address of a page it is a page, and else a problem detail.
"""

from collections.abc import Callable
from http import HTTPStatus

from pydantic_core import to_json
from starlette.responses import Response
from starlette.types import Scope

from events.errors import FieldError
from services.fhir.outgoing.outcome import operation_outcome
from services.gateway.pages.addresses import is_page
from services.gateway.problems import RETRY_AFTER_SECONDS, RequestRefused, problem_response

FHIR_JSON = "application/fhir+json"
FHIR_ROOT = "/fhir/"
"""Every address below this one is answered as FHIR answers."""
REFUSED_PAGE = "cairn.refused_page"
"""Where in the scope the application says how a refusal is a page: a page stands on all that may refuse one."""
RefusedPage = Callable[[Scope, RequestRefused], Response]


def refusal_answer(scope: Scope, refused: RequestRefused) -> Response:
    """The answer to a request that is refused."""
    path: str = scope["path"]
    if path.startswith(FHIR_ROOT):
        return _outcome(refused)
    refused_page: RefusedPage | None = scope.get(REFUSED_PAGE)
    if refused_page is not None and (is_page(path) or ("route" not in scope and _wants_page(scope))):
        return refused_page(scope, refused)
    return problem_response(refused)


def _outcome(refused: RequestRefused) -> Response:
    """FHIR answers parameters that it cannot use with 400."""
    problem = refused.problem
    status = 400 if refused.status == HTTPStatus.UNPROCESSABLE_ENTITY else refused.status
    errors = [FieldError(each.field, each.detail) for each in problem.errors]
    outcome = operation_outcome(status, problem.code, problem.detail, errors)
    retry = {"retry-after": str(RETRY_AFTER_SECONDS)} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    return Response(to_json(outcome), status, headers={**retry, **refused.headers}, media_type=FHIR_JSON)


def _wants_page(scope: Scope) -> bool:
    """Whether a browser asks for an address at which nothing is, as somebody does who has mistyped one."""
    accepted = (value for name, value in scope.get("headers", ()) if name == b"accept")
    return scope.get("method") == "GET" and any(b"text/html" in value for value in accepted)
