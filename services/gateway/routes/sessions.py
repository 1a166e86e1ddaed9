"""GET …/wins and …/session: what a patient and a clinician look at together, and what is printed for it."""

from collections import defaultdict
from datetime import UTC, datetime
from typing import Annotated

from starlette.responses import Response

from events.errors import Rejected
from projections.engine.paging import Json
from projections.goal_state import sessions
from projections.review_schedule.filters import ReviewFilter
from projections.review_schedule.queries import reviews as reviews_in
from services.gateway.answers import json_answer
from services.gateway.asking import Asking, Asks
from services.gateway.documentation import problems
from services.gateway.gateway import Gateway, Here
from services.gateway.parameters import FromDay, Org, Patient, SessionsQuery, WinsQuery
from services.gateway.reader import SHORT_PAGE
from services.gateway.routing import Query, Router
from services.gateway.session_models import Session, SessionList, WinList

router = Router(prefix="/v1/orgs/{org}", tags=["read"])


@router.get(
    "/patients/{patient}/wins",
    summary="What went well lately",
    response_model=None,
    responses={200: {"model": WinList}, **problems(404, 422, 503)},
)
async def wins(here: Here, org: Org, patient: Patient, query: Annotated[WinsQuery, Query()]) -> Response:
    """The newest wins, the newest first: milestones that were met, and notes of days that were told as done or came
    with a step up the scale. A note that tells of a setback is none. The last hundred events of each goal are looked
    at."""
    found = await here.read(
        "goal_state",
        org,
        query.min_position,
        lambda connection: sessions.wins(connection, org, patient, goal=query.goal, limit=query.limit),
        short=True,
    )
    if found is None:
        raise _missing(org, patient)
    return json_answer(found)


@router.get(
    "/patients/{patient}/session",
    summary="What is printed for a talk with a patient",
    response_model=None,
    responses={200: {"model": Session}, **problems(404, 422, 503)},
)
async def session_of_patient(here: Here, org: Org, patient: Patient, query: Annotated[FromDay, Query()]) -> Response:
    """A sheet for each open goal that supports no other: words, scale, this week, wins, and what to ask about. No flag,
    no score, and nothing that is for staff alone."""
    return json_answer(await session_found(here, org, patient, query))


@router.get(
    "/session",
    summary="What is printed for the talks of a day",
    response_model=None,
    responses={200: {"model": SessionList}, **problems(422, 503)},
)
async def sessions_of_day(here: Here, asks: Asks, org: Org, query: Annotated[SessionsQuery, Query()]) -> Response:
    """The patients with a review on the day, each with the sheets of the goals that have one. `limit` and `cursor`
    count reviews, so that a patient with several may be on two pages."""
    return json_answer(await sessions_found(here, asks, org, query))


async def session_found(here: Gateway, org: str, patient: str, query: FromDay) -> Json:
    """The sheets of one patient.

    Raises:
        Rejected: nothing is known of the patient.
    """
    now = datetime.now(UTC)
    found = await here.read(
        "goal_state",
        org,
        query.min_position,
        lambda connection: sessions.session(connection, org, patient, now=now, day=query.day),
        short=True,
    )
    if found is None:
        raise _missing(org, patient)
    return found


async def sessions_found(here: Gateway, asks: Asking, org: str, query: SessionsQuery) -> Json:
    """The sheets of those who have a review on a day: `items` and `next`. Notes of whom they tell."""
    now = datetime.now(UTC)
    of_the_day = ReviewFilter(status="due", day=query.day, clinician=query.clinician)
    page = await here.read(
        "review_schedule",
        org,
        query.min_position,
        lambda connection: reviews_in(connection, org, of_the_day, now=now, limit=query.limit, cursor=query.cursor),
        short=query.limit <= SHORT_PAGE,
    )
    due: dict[str, set[str]] = defaultdict(set)
    for review in page["items"]:
        due[review["patient"]].add(review["goal"])
    found = await here.read(
        "goal_state",
        org,
        query.min_position,
        lambda connection: sessions.sessions(connection, org, due, now=now, day=query.day),
    )
    asks.saw(org, due)
    return {"items": found, "next": page["next"]}


def _missing(org: str, patient: str) -> Rejected:
    return Rejected("plan.missing", f"Patient {patient} has no plan in {org}.")
