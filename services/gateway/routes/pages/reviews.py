"""GET /clinic/ORG/reviews: seven weeks of reviews as a calendar and a list."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated

from sqlalchemy import Connection
from starlette.responses import Response

from events.time_zones import UTC_ZONE, time_zone
from projections.engine.paging import Json
from projections.goal_state.quarantined import unread_goals
from projections.review_schedule.filters import ReviewFilter
from projections.review_schedule.overview import Counted, OnDay, review_counts, reviews_on_days
from projections.review_schedule.queries import reviews
from services.gateway.access_records import patients_in
from services.gateway.asking import Asks
from services.gateway.gateway import Here
from services.gateway.pages import addresses
from services.gateway.pages.addresses import REVIEWS, address, sheets_of_day
from services.gateway.pages.behind import behind
from services.gateway.pages.rendering import Shows
from services.gateway.parameters import Org, ReviewsPageQuery
from services.gateway.routing import Query, Router

router = Router()

ROWS = 100
"""How many reviews the list has; those behind them have an address of their own."""


@router.get(REVIEWS, include_in_schema=False)
async def reviews_page(
    here: Here, asks: Asks, page: Shows, org: Org, query: Annotated[ReviewsPageQuery, Query()]
) -> Response:
    """The page: what is due since, what is due today, and what comes up. A part of the list behind the first one has
    no calendar."""
    from services.gateway.pages.reviews import (  # noqa: PLC0415 - Babel, for pages alone
        MOST_IN_A_CELL,
        ReviewsFound,
        first_day,
        last_day,
        reviews_view,
    )

    now = datetime.now(UTC)
    until = last_day(query.day or now.date())
    filters = ReviewFilter(day=query.day, until=until, clinician=query.clinician)

    def read(connection: Connection) -> tuple[Json, Sequence[Counted], date, Sequence[OnDay] | None]:
        listed = reviews(connection, org, filters, now=now, limit=ROWS, cursor=query.cursor)
        counts = review_counts(connection, org, until=until, now=now, day=query.day)
        day = query.day or _day_there(counts, now)
        if query.cursor is not None:
            return listed, counts, day, None
        span = (first_day(day), last_day(day))
        most = MOST_IN_A_CELL
        return listed, counts, day, reviews_on_days(connection, org, *span, clinician=query.clinician, most=most)

    listed, counts, day, calendar = await here.read("review_schedule", org, None, read)
    unread = await here.read("goal_state", org, None, lambda connection: unread_goals(connection, org))
    on_page = patients_in(listed["items"]) | {each.patient for each in calendar or ()}
    asks.saw(org, on_page | {each.patient for each in unread})
    found = ReviewsFound(asks.shown(listed), counts, calendar)
    view = reviews_view(
        page.language, org, found, day, reader=page.principal.id, clinician=query.clinician, chosen=query.day
    )
    feed = f"/v1/orgs/{org}/reviews.ics"
    return page.answer(
        "reviews.html",
        org=org,
        view=view,
        is_behind=await behind(here, "review_schedule", org),
        unread=addresses.of_goals(unread),
        has_words=asks.words,
        sheets=sheets_of_day(org, query.clinician) if asks.words else None,
        calendar=address(feed, query={"clinician": query.clinician}) if query.clinician else feed,
    )


def _day_there(counts: Sequence[Counted], now: datetime) -> date:
    """The day where most patients are treated."""
    zones: Counter[str] = Counter()
    for each in counts:
        zones[each.time_zone or UTC_ZONE] += each.number
    zone = min(zones, key=lambda each: (-zones[each], each), default=UTC_ZONE)
    return now.astimezone(time_zone(zone)).date()
