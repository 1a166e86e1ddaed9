"""FHIR's answers: resources with their version, and refusals as OperationOutcome."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus

from fastapi import Request, Response
from pydantic_core import to_json

from events.errors import FieldError
from services.fhir.outgoing.elements import Json, Release
from services.fhir.outgoing.outcome import operation_outcome
from services.gateway.problems import RETRY_AFTER_SECONDS, RequestRefused, problem_response

FHIR_JSON = "application/fhir+json"
ROOT = "/fhir/"
"""Every address below this one is answered as FHIR answers."""


def base_of(request: Request, release: Release) -> str:
    """The address of the FHIR endpoint as the client sees it."""
    return f"{str(request.base_url).rstrip('/')}{ROOT}{release}"


def resource_answer(resource: Json) -> Response:
    """A resource, with its version as ETag where it has one."""
    meta = resource.get("meta", {})
    headers = {}
    if "versionId" in meta:
        headers["etag"] = f'W/"{meta["versionId"]}"'
        updated = datetime.fromisoformat(meta["lastUpdated"]).astimezone(UTC)
        headers["last-modified"] = format_datetime(updated, usegmt=True)
    return Response(to_json(resource), headers=headers, media_type=FHIR_JSON)


def refusal_answer(path: str, refused: RequestRefused, headers: Mapping[str, str] | None = None) -> Response:
    """A refusal in the manner of the address that was asked: an OperationOutcome below `/fhir/`, else a problem.

    FHIR answers parameters that it cannot use with 400.
    """
    if not path.startswith(ROOT):
        return problem_response(refused, headers)
    problem = refused.problem
    status = 400 if refused.status == HTTPStatus.UNPROCESSABLE_ENTITY else refused.status
    errors = [FieldError(each.field, each.detail) for each in problem.errors]
    outcome = operation_outcome(status, problem.code, problem.detail, errors)
    retry = {"retry-after": str(RETRY_AFTER_SECONDS)} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    return Response(to_json(outcome), status, headers={**retry, **(headers or {})}, media_type=FHIR_JSON)
