"""FHIR R4 and R5: patients, goals, plans, observations and provenance, read from the log.

The log is read, not a projection: what was recorded is there at once, and a goal is there as it stood at each version.
Only the history of a whole type asks the audit trail which versions there are.
"""

from importlib.metadata import version as installed

from starlette.responses import Response

from services.fhir.outgoing.capability import capability_statement
from services.fhir.outgoing.patient import TYPES
from services.gateway.fhir.answers import resource_answer
from services.gateway.fhir.documentation import (
    of_audit_events,
    of_capabilities,
    of_history,
    of_posted_audit_events,
    of_posted_search,
    of_read,
    of_search,
)
from services.gateway.fhir.exchange import Asked
from services.gateway.fhir.histories import WRITERS
from services.gateway.refusals import FHIR_JSON
from services.gateway.routes.fhir.audit_events import read_audit_event, search_auditevent
from services.gateway.routes.fhir.histories import instance_history, one_version, type_history
from services.gateway.routes.fhir.reads import READS
from services.gateway.routes.fhir.searches import searching
from services.gateway.routing import Router

router = Router(
    prefix="/fhir/{release}",
    tags=["fhir"],
    responses={
        200: {"description": "A FHIR resource.", "content": {FHIR_JSON: {}}},
        "4XX": {"description": "An OperationOutcome.", "content": {FHIR_JSON: {}}},
        "5XX": {"description": "An OperationOutcome.", "content": {FHIR_JSON: {}}},
    },
    default_response_class=Response,
)


@router.get("/metadata", summary="What the FHIR endpoint can do", response_model=None, openapi_extra=of_capabilities())
async def metadata(asked: Asked) -> Response:
    """The CapabilityStatement."""
    asked.check_mode()
    return resource_answer(asked, capability_statement(asked.release, asked.base, installed("cairn")))


router.add(
    "/AuditEvent",
    search_auditevent,
    summary="Search: AuditEvent",
    response_model=None,
    openapi_extra=of_audit_events(),
)
router.add(
    "/AuditEvent/_search",
    search_auditevent,
    method="POST",
    summary="Search by form: AuditEvent",
    response_model=None,
    openapi_extra=of_posted_audit_events(),
)
router.add(
    "/AuditEvent/{id}", read_audit_event, summary="Read: AuditEvent", response_model=None, openapi_extra=of_read()
)
for kind in TYPES:
    add = router.add
    search = searching(kind)
    add(f"/{kind}", search, summary=f"Search: {kind}", response_model=None, openapi_extra=of_search(kind))
    add(
        f"/{kind}/_search",
        search,
        method="POST",
        summary=f"Search by form: {kind}",
        response_model=None,
        openapi_extra=of_posted_search(kind),
    )
    if kind in WRITERS:
        add(
            f"/{kind}/_history",
            type_history(kind),
            summary=f"Every version of every {kind}",
            response_model=None,
            openapi_extra=of_history(),
        )
        add(
            f"/{kind}/{{id}}/_history",
            instance_history(kind),
            summary=f"Every version of a {kind}",
            response_model=None,
            openapi_extra=of_history(),
        )
        add(
            f"/{kind}/{{id}}/_history/{{version}}",
            one_version(kind),
            summary=f"One version of a {kind}",
            response_model=None,
            openapi_extra=of_read(),
        )
    add(f"/{kind}/{{id}}", READS[kind], summary=f"Read: {kind}", response_model=None, openapi_extra=of_read())
