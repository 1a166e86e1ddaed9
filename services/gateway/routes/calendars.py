"""GET …/reviews.ics: the reviews of an organisation, or of one patient, for a calendar to subscribe to."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic_core import to_json
from sqlalchemy import Connection
from starlette.responses import Response, StreamingResponse

from events.errors import Rejected
from projections.review_schedule.calendar import CalendarEntry, calendar, is_known
from services.gateway.asking import Asking, Asks
from services.gateway.documentation import problems
from services.gateway.gateway import Gateway, Here
from services.gateway.ics import CONTENT_TYPE, EDITION, render_feed
from services.gateway.parameters import CalendarQuery, Org, Patient
from services.gateway.routing import Query, Router
from services.gateway.unchanged import weak_etag

router = Router(prefix="/v1/orgs/{org}", tags=["read"])

_REMEMBERED = timedelta(days=90)
"""How long a review that fell away is shown as cancelled."""
DAYS_SHOWN = timedelta(days=366)
"""How far back and ahead a calendar goes unless other days are asked for."""
_FEED = {
    "description": "An iCalendar feed (RFC 5545): one all-day event for each goal's next review, by opaque ids.",
    "content": {"text/calendar": {"schema": {"type": "string"}}},
}


@router.get(
    "/reviews.ics",
    summary="The reviews of an organisation, as a calendar",
    response_class=Response,
    response_model=None,
    responses={200: _FEED, **problems(404, 422, 503)},
)
async def calendar_of_org(here: Here, asks: Asks, org: Org, query: Annotated[CalendarQuery, Query()]) -> Response:
    """Each goal's next review as an event with a UID of its own.

    SEQUENCE grows when the review moves. Reviews that fell away with their goals are CANCELLED for 90 days. Reviews
    that are due up to a year before today or behind it are shown, unless `from` and `to` name other days: a calendar
    cannot ask for pages.
    """
    return await _feed(here, asks, query, org, None)


@router.get(
    "/patients/{patient}/reviews.ics",
    summary="The reviews of a patient, as a calendar",
    response_class=Response,
    response_model=None,
    responses={200: _FEED, **problems(404, 422, 503)},
)
async def calendar_of_patient(
    here: Here, asks: Asks, org: Org, patient: Patient, query: Annotated[CalendarQuery, Query()]
) -> Response:
    """As for the organisation, for one patient; without events when the patient has no reviews now."""
    return await _feed(here, asks, query, org, patient)


async def _feed(here: Gateway, asks: Asking, query: CalendarQuery, org: str, patient: str | None) -> Response:
    now = datetime.now(UTC)
    name = f"{org}.{patient}" if patient else org

    title = f"{name}, {query.clinician}" if query.clinician else name

    def read(connection: Connection) -> tuple[Sequence[CalendarEntry], str] | None:
        if not is_known(connection, org, patient):
            return None
        from_, to = query.from_ or (now - DAYS_SHOWN).date(), query.to or (now + DAYS_SHOWN).date()
        since = (now - _REMEMBERED).date()
        entries = calendar(connection, org, query, patient=patient, from_=from_, to=to, since=since)
        return entries, weak_etag(to_json([EDITION, title, entries]))

    found = await here.read("review_schedule", org, query.min_position, read)
    if found is None:
        raise _unknown(org, patient)
    entries, etag = found
    # All of them are recorded before the first is told; what is told is then written out as it goes.
    asks.saw(org, {entry.patient for entry in entries})
    headers = {"content-disposition": f'inline; filename="{name}.reviews.ics"', "etag": etag}
    return StreamingResponse(_pieces(render_feed(entries, title)), media_type=CONTENT_TYPE, headers=headers)


async def _pieces(written: Iterable[bytes]) -> AsyncIterator[bytes]:
    """Each in turn, here: they are made in less time than a thread takes to begin."""
    for piece in written:
        yield piece


def _unknown(org: str, patient: str | None) -> Rejected:
    if patient is None:
        return Rejected("org.unknown", f"Nothing is recorded of an organisation {org}.")
    return Rejected("plan.missing", f"Patient {patient} has no plan in {org}.")
