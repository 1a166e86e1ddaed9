"""GET /clinic/{org}/audit and …/audit/{position}: everything that was recorded, and one event of it."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

from pydantic_core import from_json
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from events.identity import is_token
from events.time_zones import time_zone
from projections.audit_trail import queries
from projections.audit_trail.clinic_zone import clinic_zone
from projections.audit_trail.queries import EventsPage
from services.gateway.access.consents import types_left_out
from services.gateway.asking import Asks
from services.gateway.gateway import Here
from services.gateway.pages.addresses import AUDIT, AUDITED_EVENT, address
from services.gateway.pages.audit.search import EVENTS_PER_PAGE, Search, searched
from services.gateway.pages.behind import behind
from services.gateway.pages.rendering import Shows
from services.gateway.parameters import AtPosition, AuditedEventQuery, Org
from services.gateway.routes.audit import event_at
from services.gateway.routing import Query, Router

router = Router()


@router.get(AUDIT, include_in_schema=False)
async def audit_page(request: Request, here: Here, asks: Asks, page: Shows, org: Org) -> Response:
    """The events that the fields of the form ask for, newest first, and how many there are."""
    # What makes texts is imported when the first page is asked for, as in `rendering.py`.
    from services.gateway.pages.audit.proof import proof_of_log  # noqa: PLC0415
    from services.gateway.pages.audit.view import audit_view  # noqa: PLC0415
    from services.gateway.pages.event_names import ROLES, known_types, role_name  # noqa: PLC0415

    fields: Mapping[str, str] = request.query_params
    patient = given if (given := fields.get("patient", "").strip()) and is_token(given) else None
    without = types_left_out(asks.principal, org, patient)

    def read(connection: Connection) -> tuple[str, Search, EventsPage | None]:
        zone = clinic_zone(connection, org, patient)
        search = searched(fields, time_zone(zone))
        if search.asked is None:
            return zone, search, None
        cursor = search.asked.cursor
        found = queries.audit(
            connection,
            org,
            search.asked,
            limit=EVENTS_PER_PAGE,
            cursor=cursor,
            newest_first=True,
            counted=True,
            without=without,
        )
        return zone, search, found

    zone, search, found = await here.read("audit_trail", org, None, read)
    is_behind = await behind(here, "audit_trail", org)
    notary = await here.notaries.state(here.logs.placement.stream_of(org))
    seen = found.patients if found is not None else frozenset()
    asks.saw(org, seen if patient is None else seen | {patient})
    language = page.language
    told = None if found is None else from_json(found.json)
    return page.answer(
        "audit.html",
        org=org,
        is_behind=is_behind,
        view=audit_view(language, org, search, told, zone, datetime.now(UTC)),
        proof=proof_of_log(language, notary, time_zone(zone)),
        types=known_types(language),
        roles=[(role, role_name(language, role)) for role in ROLES],
    )


@router.get(AUDITED_EVENT, include_in_schema=False)
async def audited_event_page(
    here: Here, asks: Asks, page: Shows, org: Org, position: AtPosition, query: Annotated[AuditedEventQuery, Query()]
) -> Response:
    """One event with its exact change, who did it, whether it is proven, and how it is stored."""
    from services.gateway.pages.audit.event import event_view, heading  # noqa: PLC0415
    from services.gateway.pages.audit.proof import proof_of_event  # noqa: PLC0415

    event = await event_at(here, asks, org, position, query)
    # Of one patient: what happened is told by the clock of where they are treated, as on the page of the goal.
    zone = await here.read(
        "audit_trail", org, None, lambda connection: clinic_zone(connection, org, event["patient"]), short=True
    )
    stream = here.logs.placement.stream_of(org)
    language = page.language
    notary, care = await asyncio.gather(here.notaries.state(stream), here.standing.care())
    proof = proof_of_event(language, org, position, notary, care, stream, time_zone(zone), of_patient=query.patient)
    view = event_view(language, event, proof, zone)
    of_patient = {} if query.patient is None else {"patient": query.patient}
    return page.answer(
        "audit_event.html",
        org=org,
        view=view,
        heading=heading(language, event),
        audit_address=address(AUDIT, org=org, query=of_patient),
        json_address=address(f"/v1/orgs/{{org}}/audit/{position}", org=org, query=of_patient),
    )
