"""GET /clinic/ORG/today: whom a clinic talks to first; and one of its rows, read anew when something happens."""

from datetime import UTC, datetime
from typing import Annotated, NamedTuple

from pydantic_core import from_json
from sqlalchemy import Connection
from starlette.responses import Response

from events.catalog import TYPES
from projections.engine.checkpoint import CheckpointKey
from projections.engine.naming import Slot
from projections.engine.paging import Json, WrittenPage
from projections.goal_state.filters import TodayFilter
from projections.goal_state.today import today as today_in
from projections.review_schedule.filters import ReviewFilter
from projections.review_schedule.queries import reviews as reviews_in
from services.gateway.access_records import FEED, patients_in
from services.gateway.asking import Asks
from services.gateway.gateway import Gateway, Here
from services.gateway.pages.addresses import TODAY, TODAY_ROW, address, sheets_of_day
from services.gateway.pages.behind import behind
from services.gateway.pages.rendering import Shows
from services.gateway.parameters import Org, TodayPageQuery, TodayRowQuery
from services.gateway.projection_checkpoints import positions
from services.gateway.routing import Query, Router

router = Router()

ROWS, REST = 50, 500
"""How many patients are on the page that comes first, and on one behind it."""
_SOON = 5


class _Found(NamedTuple):
    """What the database holds, and up to which position of the log."""

    page: WrittenPage
    position: int


@router.get(TODAY, include_in_schema=False)
async def today_page(
    here: Here, asks: Asks, page: Shows, org: Org, query: Annotated[TodayPageQuery, Query()]
) -> Response:
    """The page. Patients behind the first fifty have an address of their own, which names the day."""
    from services.gateway.pages.today.view import today_view  # noqa: PLC0415 - Babel, for pages alone

    now = datetime.now(UTC)
    limit = REST if query.cursor else ROWS
    filters = TodayFilter(day=query.day, clinician=query.clinician)
    found = await _read(here, org, filters, now, limit=limit, cursor=query.cursor)
    upcoming = await _upcoming(here, org, query, now)
    asks.saw(org, found.page.patients | patients_in(upcoming))
    view = today_view(
        page.language,
        org,
        asks.shown(from_json(found.page.json)),
        asks.shown({"items": upcoming})["items"],
        reader=page.principal.id,
        clinician=query.clinician,
        fallback=query.day or now.date(),
    )
    # Whoever may not read what happens has no feed: the page looks at itself from time to time.
    follows = await asks.may_read("history", org)
    is_now = query.cursor is None and query.day is None
    return page.answer(
        "today.html",
        org=org,
        view=view,
        is_behind=await behind(here, "goal_state", org),
        position=found.position,
        is_now=is_now,
        itself=page.here,
        feed=address(FEED, query={"org": org}) if follows else None,
        row_address=_row_address(org, query.clinician) if follows and is_now else None,
        sheets=sheets_of_day(org, query.clinician) if asks.words else None,
        types=TYPES,
        calendar=f"/v1/orgs/{org}/reviews.ics",
        has_words=asks.words,
    )


@router.get(TODAY_ROW, include_in_schema=False)
async def today_row(
    here: Here, asks: Asks, page: Shows, org: Org, query: Annotated[TodayRowQuery, Query()]
) -> Response:
    """One row as it is now; nothing (204) of a patient who is not among those that the page shows."""
    from services.gateway.pages.today.view import row_of  # noqa: PLC0415 - Babel, for pages alone

    now = datetime.now(UTC)
    filters = TodayFilter(patient=query.patient, clinician=query.clinician)
    found = await _read(here, org, filters, now, limit=1, min_position=query.min_position)
    asks.saw(org, found.page.patients)
    items = asks.shown(from_json(found.page.json))["items"]
    if not items:
        return Response(status_code=204)
    row = row_of(page.language, org, items[0], reader=page.principal.id)
    row_address = _row_address(org, query.clinician)
    return page.answer("today_row_alone.html", org=org, row=row, has_words=asks.words, row_address=row_address)


def _row_address(org: str, clinician: str | None) -> str:
    """Where rows are read anew, but for whose."""
    return address(TODAY_ROW, org=org, query={"clinician": clinician} if clinician else {})


async def _read(
    here: Gateway,
    org: str,
    filters: TodayFilter,
    now: datetime,
    *,
    limit: int,
    cursor: str | None = None,
    min_position: int | None = None,
) -> _Found:
    key = CheckpointKey("goal_state", Slot.LIVE, here.logs.placement.stream_of(org))

    def read(connection: Connection) -> _Found:
        # The position first: what is recorded meanwhile is told twice rather than never.
        position = positions(connection, [key]).get(key, 0)
        return _Found(today_in(connection, org, filters, now=now, limit=limit, cursor=cursor), position)

    return await here.read("goal_state", org, min_position, read)


async def _upcoming(here: Gateway, org: str, query: TodayPageQuery, now: datetime) -> list[Json]:
    filters = ReviewFilter(status="upcoming", day=query.day, clinician=query.clinician)
    found = await here.read(
        "review_schedule",
        org,
        None,
        lambda connection: reviews_in(connection, org, filters, now=now, limit=_SOON),
        short=True,
    )
    items: list[Json] = found["items"]
    return items
