"""GET /clinic/ORG/reviews: seven weeks of reviews as a calendar and a list."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated

from sqlalchemy import Connection
from starlette.responses import Response

from events.time_zones import UTC_ZONE, time_zone
from projections.engine.paging import Json
from projections.review_schedule.filters import ReviewFilter
from projections.review_schedule.queries import reviews
from services.gateway.access_records import patients_in
from services.gateway.asking import Asks
from services.gateway.gateway import Here
from services.gateway.pages.addresses import REVIEWS, address, sheets_of_day
from services.gateway.pages.behind import behind
from services.gateway.pages.rendering import Shows
from services.gateway.parameters import Org, ReviewsPageQuery
from services.gateway.routing import Query, Router

router = Router()

_MOST = 500


@router.get(REVIEWS, include_in_schema=False)
async def reviews_page(
    here: Here, asks: Asks, page: Shows, org: Org, query: Annotated[ReviewsPageQuery, Query()]
) -> Response:
    """The page: what is due since, what is due today, and what comes up."""
    from services.gateway.pages.reviews import last_day, reviews_view  # noqa: PLC0415 - Babel, for pages alone

    now = datetime.now(UTC)
    utc_day = query.day or now.date()

    def read(connection: Connection) -> Json:
        return reviews(connection, org, ReviewFilter(day=query.day, until=last_day(utc_day)), now=now, limit=_MOST)

    found = await here.read("review_schedule", org, None, read)
    told = asks.shown(found)
    asks.saw(org, patients_in(found["items"]))
    day = query.day or _day_there(found["items"], now)
    view = reviews_view(page.language, org, told, day, reader=page.principal.id, clinician=query.clinician)
    calendar = f"/v1/orgs/{org}/reviews.ics"
    return page.answer(
        "reviews.html",
        org=org,
        view=view,
        is_behind=await behind(here, "review_schedule", org),
        has_words=asks.words,
        sheets=sheets_of_day(org, query.clinician) if asks.words else None,
        calendar=address(calendar, query={"clinician": query.clinician}) if query.clinician else calendar,
    )


def _day_there(items: Sequence[Json], now: datetime) -> date:
    """The day where most patients are treated."""
    zones = Counter(each["time_zone"] or UTC_ZONE for each in items)
    zone = min(zones, key=lambda each: (-zones[each], each), default=UTC_ZONE)
    return now.astimezone(time_zone(zone)).date()
