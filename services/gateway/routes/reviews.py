"""GET /reviews: which reviews are coming up, due, or overdue."""

from datetime import UTC, datetime
from typing import Annotated

from starlette.responses import Response

from projections.review_schedule import queries
from services.gateway.access_records import patients_in
from services.gateway.answers import json_answer
from services.gateway.asking import Asks
from services.gateway.documentation import problems
from services.gateway.gateway import Here
from services.gateway.models import ReviewList
from services.gateway.parameters import Org, Reviews
from services.gateway.reader import SHORT_PAGE
from services.gateway.routing import Query, Router

router = Router(prefix="/v1/orgs/{org}", tags=["read"])


@router.get(
    "/reviews",
    summary="The reviews of an organisation",
    response_model=None,
    responses={200: {"model": ReviewList}, **problems(422, 503)},
)
async def reviews(here: Here, asks: Asks, org: Org, query: Annotated[Reviews, Query()]) -> Response:
    """The next review of each goal that has one, the longest due first."""
    now = datetime.now(UTC)
    found = await here.read(
        "review_schedule",
        org,
        query.min_position,
        lambda connection: queries.reviews(connection, org, query, now=now, limit=query.limit, cursor=query.cursor),
        short=query.limit <= SHORT_PAGE,
    )
    asks.saw(org, patients_in(found["items"], named=query.patient))
    return json_answer(asks.shown(found))
