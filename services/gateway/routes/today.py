"""GET …/today: whom a clinic talks to first, and why."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic_core import from_json, to_json
from starlette.responses import Response

from projections.goal_state.today import today as today_in
from services.gateway.answers import written_answer
from services.gateway.asking import Asks
from services.gateway.documentation import problems
from services.gateway.gateway import Here
from services.gateway.parameters import Org, TodayQuery
from services.gateway.routing import Query, Router
from services.gateway.today_models import Today

router = Router(prefix="/v1/orgs/{org}", tags=["read"])


@router.get(
    "/today",
    summary="Whom to talk to first, why, and how it went since the last review",
    response_model=None,
    responses={200: {"model": Today}, **problems(422, 503)},
)
async def today(here: Here, asks: Asks, org: Org, query: Annotated[TodayQuery, Query()]) -> Response:
    """The patients with an open plan or an open goal, one row each with every reason to look at them, the patient's own
    words, what changed since the last review, this week and four weeks of mood and distress.

    The first reason decides the place, in this order: a word of the clinician is awaited, the longest first; a setback
    or a dip in motivation since the last review; a review overdue, the oldest first; a review due on the day; no entry
    of the patient for seven days; a word of the patient is awaited; none, by the next review. Then comes the patient's
    id. It is another order than the caseload's: what the clinic owes a patient comes first. Give `day` with each page,
    so that midnight does not change the order between two pages."""
    now = datetime.now(UTC)
    found = await here.read(
        "goal_state",
        org,
        query.min_position,
        lambda connection: today_in(connection, org, query, now=now, limit=query.limit, cursor=query.cursor),
    )
    asks.saw(org, found.patients)
    return written_answer(found.json if asks.words else to_json(asks.shown(from_json(found.json))))
