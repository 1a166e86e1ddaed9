"""GET …/caseload and …/waiting: what a clinic looks at over all of its patients."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic_core import from_json, to_json
from starlette.responses import Response

from projections.goal_state.caseload import caseload as caseload_of
from projections.goal_state.waiting import waiting as waiting_in
from services.gateway.access_records import patients_in
from services.gateway.answers import json_answer, written_answer
from services.gateway.asking import Asks
from services.gateway.clinic_models import Caseload, WaitingList
from services.gateway.documentation import problems
from services.gateway.gateway import Here
from services.gateway.parameters import CaseloadQuery, Org, WaitingQuery
from services.gateway.reader import SHORT_PAGE
from services.gateway.routing import Query, Router

router = Router(prefix="/v1/orgs/{org}", tags=["read"])


@router.get(
    "/caseload",
    summary="Every patient in treatment, and what asks for attention",
    response_model=None,
    responses={200: {"model": Caseload}, **problems(422, 503)},
)
async def caseload(here: Here, asks: Asks, org: Org, query: Annotated[CaseloadQuery, Query()]) -> Response:
    """The patients with an open plan or an open goal, who needs attention most first: which goal, why and since when,
    and counts of active goals, reviews overdue and due, what is waited for, setbacks, and days since the last entry.

    The most pressing reason decides, in this order: a setback that no review has looked at, a review overdue, a dip in
    motivation, a word of the clinician that is awaited, a review due on the day, seven days without an entry, a word of
    the patient that is awaited. Then comes the earliest next review, then the patient's id. Give `day` with each page,
    so that midnight does not change the order between two pages."""
    now = datetime.now(UTC)
    found = await here.read(
        "goal_state",
        org,
        query.min_position,
        lambda connection: caseload_of(connection, org, query, now=now, limit=query.limit, cursor=query.cursor),
        short=query.limit <= SHORT_PAGE,
    )
    asks.saw(org, found.patients)
    return written_answer(found.json if asks.words else to_json(asks.shown(from_json(found.json))))


@router.get(
    "/waiting",
    summary="What waits for whom",
    response_model=None,
    responses={200: {"model": WaitingList}, **problems(422, 503)},
)
async def waiting(here: Here, asks: Asks, org: Org, query: Annotated[WaitingQuery, Query()]) -> Response:
    """Agreements, answers to contests and answers to change requests that are awaited, the longest awaited first."""
    found = await here.read(
        "goal_state",
        org,
        query.min_position,
        lambda connection: waiting_in(connection, org, query, limit=query.limit, cursor=query.cursor),
    )
    asks.saw(org, patients_in(found["items"], named=query.patient))
    return json_answer(asks.shown(found))
