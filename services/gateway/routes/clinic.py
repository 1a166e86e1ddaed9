"""GET …/caseload and …/waiting: what a clinic looks at over all of its patients."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response

from projections.goal_state.caseload import caseload as caseload_of
from projections.goal_state.waiting import waiting as waiting_in
from services.gateway.answers import json_answer
from services.gateway.clinic_models import Caseload, WaitingList
from services.gateway.documentation import problems
from services.gateway.gateway import Here
from services.gateway.parameters import CaseloadQuery, Org, WaitingQuery

router = APIRouter(prefix="/v1/orgs/{org}", tags=["read"])


@router.get(
    "/caseload",
    summary="Every patient in treatment, and what asks for attention",
    response_model=None,
    responses={200: {"model": Caseload}, **problems(422, 503)},
)
async def caseload(here: Here, org: Org, query: Annotated[CaseloadQuery, Query()]) -> Response:
    """The patients with an open plan or an open goal, by their ids: active goals, reviews overdue and due, what is
    waited for, setbacks since the last review, and days since the last entry."""
    now = datetime.now(UTC)
    return json_answer(
        await here.read(
            "goal_state",
            org,
            query.min_position,
            lambda connection: caseload_of(connection, org, query, now=now, limit=query.limit, cursor=query.cursor),
        )
    )


@router.get(
    "/waiting",
    summary="What waits for whom",
    response_model=None,
    responses={200: {"model": WaitingList}, **problems(422, 503)},
)
async def waiting(here: Here, org: Org, query: Annotated[WaitingQuery, Query()]) -> Response:
    """Agreements, answers to contests and answers to change requests that are awaited, the longest awaited first."""
    return json_answer(
        await here.read(
            "goal_state",
            org,
            query.min_position,
            lambda connection: waiting_in(connection, org, query, limit=query.limit, cursor=query.cursor),
        )
    )
