"""Where SMART on FHIR applications get a token: `.well-known/smart-configuration` below the FHIR base."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services.access.smart_configuration import smart_configuration
from services.fhir.outgoing.elements import Release
from services.fhir.outgoing.patient import TYPES
from services.gateway.answers import json_answer
from services.gateway.problems import RequestRefused
from services.gateway.refusals import FHIR_JSON
from services.gateway.routing import Router

IssuerMetadata = Callable[[], Mapping[str, Any] | None]
"""How the issuer of this Cairn's tokens describes itself; None where it has no description, as the embedded one."""
_PATH = "/.well-known/smart-configuration"

router = Router(
    tags=["fhir"],
    responses={
        200: {"description": "The configuration.", "content": {"application/json": {"schema": {"type": "object"}}}},
        "4XX": {"description": "An OperationOutcome: applications get no tokens.", "content": {FHIR_JSON: {}}},
        "5XX": {"description": "An OperationOutcome: the issuer has not answered yet.", "content": {FHIR_JSON: {}}},
    },
    default_response_class=Response,
)


@router.get(f"/fhir{_PATH}", summary="Where SMART applications get a token", response_model=None)
async def of_fhir(request: Request) -> Response:
    """The configuration of SMART App Launch 2.2, made from what the issuer of tokens says of itself."""
    return _configuration(request)


@router.get(f"/fhir/{{release}}{_PATH}", summary="Where SMART applications get a token: release", response_model=None)
async def of_release(request: Request, release: Release) -> Response:
    """The same, below the base of one FHIR release."""
    return _configuration(request)


def _configuration(request: Request) -> Response:
    issuer: IssuerMetadata = request.app.state.issuer_metadata
    metadata = issuer()
    if metadata is None:
        raise RequestRefused(
            "http.not_found", "Applications get no tokens for this Cairn: `cairn token create` makes them by hand."
        )
    if not metadata:
        raise RequestRefused("access.unavailable", "The issuer of tokens has not answered yet. Try again.")
    configuration = smart_configuration(metadata, TYPES)
    if configuration is None:
        raise RequestRefused("http.not_found", "The issuer of this Cairn's tokens gives none to applications.")
    return json_answer(configuration)
