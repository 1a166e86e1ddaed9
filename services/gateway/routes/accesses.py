"""GET …/accesses: who read a patient's data. Reading that is itself recorded."""

from typing import Annotated

from pydantic import Field
from starlette.responses import Response

from projections.access_record import queries
from projections.access_record.filters import AccessFilter
from services.gateway.access_models import AccessList
from services.gateway.answers import json_answer
from services.gateway.documentation import problems
from services.gateway.gateway import Here
from services.gateway.parameters import Cursor, Instant, Org, Patient
from services.gateway.routing import Query, Router

router = Router(prefix="/v1/orgs/{org}/patients/{patient}", tags=["read"])


class AccessesQuery(AccessFilter):
    """Which readings. The log has no position to wait for: the records are in a stream of their own."""

    since: Instant | None = Field(None, description="Told at or after this instant.")
    until: Instant | None = Field(None, description="Told before this instant.")
    limit: int = Field(100, ge=1, le=500, description="The most items to return.")
    cursor: Cursor | None = None


@router.get(
    "/accesses",
    summary="Who read a patient's data",
    response_model=None,
    responses={200: {"model": AccessList}, **problems(422, 503)},
)
async def accesses(here: Here, org: Org, patient: Patient, query: Annotated[AccessesQuery, Query()]) -> Response:
    """Who was told something about the patient, or was refused it: when, what kind of thing, in which way, and why.

    The newest come first. A reading is here about a second after it was answered. What was searched for, and what was
    told, is in no record.
    """
    return json_answer(
        await here.reader.read(
            lambda connection: queries.accesses(connection, org, patient, query, limit=query.limit, cursor=query.cursor)
        )
    )
