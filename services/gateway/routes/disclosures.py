"""GET …/disclosures: to whom a patient's data was disclosed."""

from datetime import UTC, datetime
from typing import Annotated

from starlette.responses import Response

from events.errors import Rejected
from projections.audit_trail import disclosures
from services.gateway.answers import json_answer
from services.gateway.disclosure_models import DisclosureList
from services.gateway.documentation import problems
from services.gateway.gateway import Here
from services.gateway.parameters import DisclosuresQuery, Org, Patient
from services.gateway.routing import Query, Router

router = Router(prefix="/v1/orgs/{org}/patients/{patient}", tags=["read"])


@router.get(
    "/disclosures",
    summary="To whom a patient's data was disclosed",
    response_model=None,
    responses={200: {"model": DisclosureList}, **problems(404, 422, 503)},
)
async def list_disclosures(
    here: Here, org: Org, patient: Patient, query: Annotated[DisclosuresQuery, Query()]
) -> Response:
    """Every disclosure to somebody outside: date, recipient and address where known, description and purpose, as the
    accounting of disclosures asks for them (42 CFR 2.25, 45 CFR 164.528(b)), with the legal ground.

    The last three years by default. Each was recorded before the data was handed out, so one may be listed whose data
    never arrived.
    """
    since = query.from_(datetime.now(UTC))
    found = await here.read(
        "audit_trail",
        org,
        query.min_position,
        lambda connection: disclosures.disclosures(
            connection, org, patient, since=since, limit=query.limit, cursor=query.cursor
        ),
    )
    if found is None:
        raise Rejected("plan.missing", f"Patient {patient} has no plan in {org}.")
    return json_answer(found)
