"""Reading one AuditEvent, and searching those of a patient."""

from starlette.responses import Response

from services.gateway.fhir.answers import resource_answer
from services.gateway.fhir.audit_events import read_audit_event as read_one
from services.gateway.fhir.audit_events import search_audit_events
from services.gateway.fhir.exchange import Asked
from services.gateway.routes.fhir.reads import FhirId


async def read_audit_event(asked: Asked, id: FhirId) -> Response:
    """Who read something, or who wrote it. Reading it is itself recorded."""
    asked.without_parameters()
    return resource_answer(asked, await read_one(asked, id))


async def search_auditevent(asked: Asked) -> Response:
    """Who read a patient's data and who wrote it, the newest first, as a Bundle.

    A reading is here about a second after it was answered.
    """
    return resource_answer(asked, await search_audit_events(asked))
