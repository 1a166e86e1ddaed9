"""GET …/plan: a patient's treatment plan."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from events.errors import Rejected
from projections.goal_state import queries
from services.gateway.answers import json_answer
from services.gateway.documentation import problems
from services.gateway.gateway import Here
from services.gateway.models import PlanReading
from services.gateway.parameters import Org, Patient, Read

router = APIRouter(prefix="/v1/orgs/{org}/patients/{patient}", tags=["read"])


@router.get(
    "/plan",
    summary="A patient's plan",
    response_model=None,
    responses={200: {"model": PlanReading}, **problems(404, 422, 503)},
)
async def plan(here: Here, org: Org, patient: Patient, query: Annotated[Read, Query()]) -> Response:
    """The plan as it is now: reasons, priorities, cadence, limit, accommodations, measurements."""
    await here.freshness.reach("goal_state", query.min_position)
    found = await here.reader.read(lambda connection: queries.plan(connection, org, patient))
    if found is None:
        raise Rejected("plan.missing", f"Patient {patient} has no plan in {org}.")
    return json_answer(found)
