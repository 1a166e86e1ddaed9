"""GET /clinic/ORG/patients/PATIENT/goals/GOAL: the page of a goal, and where it stood at an earlier moment."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import from_json
from sqlalchemy import Connection
from starlette.responses import Response

from events.errors import Rejected
from events.identity import GoalId
from projections.audit_trail import queries as audit_trail
from projections.audit_trail.goal_at import goal_at
from projections.audit_trail.moments import moments, versions
from projections.engine.quarantine import refuse_if_quarantined
from projections.goal_state import diary_queries, queries
from projections.goal_state.patient.levels import levels_over_time
from projections.goal_state.patient.record import PatientRecord
from services.gateway.as_of import Axis
from services.gateway.asking import Asks
from services.gateway.gateway import Gateway, Here
from services.gateway.pages import addresses
from services.gateway.pages.behind import behind
from services.gateway.pages.goal.found import (
    MAX_ENTRIES,
    MAX_EVENTS,
    MAX_MOMENTS,
    Earlier,
    GoalFound,
    HistoryFound,
    days_of,
)
from services.gateway.pages.rendering import Shows
from services.gateway.parameters import Cursor, Days, Goal, Instant, Org, Patient, Read
from services.gateway.routing import Query, Router

router = Router()


def _unless_empty(value: object) -> object:
    """A form sends what is not chosen as an empty text."""
    return None if value == "" else value


class GoalPageQuery(Read, Days):
    """What of a goal's page is asked for."""

    as_of: Annotated[Instant | None, BeforeValidator(_unless_empty)] = Field(None, description="As it stood then.")
    by: Axis = Field("happened", description="Which time `as_of` is compared with.")
    before: Cursor | None = Field(None, description="Where the way goes on: what happened earlier.")
    part: Literal["then"] | None = Field(None, description="Only where the goal stood, for a page that is open.")


@router.get(addresses.GOAL, include_in_schema=False)
async def goal_page(
    here: Here,
    asks: Asks,
    page: Shows,
    org: Org,
    patient: Patient,
    goal: Goal,
    query: Annotated[GoalPageQuery, Query()],
) -> Response:
    """The page of a goal; with `part=then` no more of it than where the goal stood."""
    from services.gateway.pages.goal import page as pages  # noqa: PLC0415 - Babel, for pages alone

    goal_id = GoalId(org, patient, goal)
    found = await _found(here, goal_id, query)
    earlier = None
    if query.as_of is not None:
        earlier = await _earlier(here, goal_id, query.as_of, query.by)
    if query.part is not None:
        part = page.answer("goal_then.html", then=pages.then_view(page.language, found, earlier))
        part.headers["hx-replace-url"] = _address_of_moment(goal_id, query)
        return part
    may_look_back = await asks.may_read("history", org, patient)
    history = await _history(here, goal_id, query) if may_look_back else None
    own = asks.is_own_patient(org, patient)
    return page.answer(
        "goal.html",
        org=org,
        patient=patient,
        goal=found.goal,
        shown=pages.goal_page(page.language, found, history, earlier, by=query.by, own=own),
        today=addresses.address(addresses.TODAY, org=org) if await asks.may_read("schedule", org) else None,
        patient_page=addresses.address(addresses.PATIENT, org=org, patient=patient),
        itself=addresses.address(addresses.GOAL, **goal_id._asdict()),
        audit=addresses.address(addresses.AUDIT, org=org),
        is_behind=await behind(here, "goal_state", org),
        is_later_part=query.before is not None,
    )


def _address_of_moment(goal_id: GoalId, query: GoalPageQuery) -> str:
    """Where the whole page shows the moment that a part of it was asked for: what a browser's address becomes."""
    moment = {} if query.as_of is None else {"as_of": query.as_of.isoformat(), "by": query.by}
    return addresses.address(addresses.GOAL, query=moment, **goal_id._asdict())


async def _found(here: Gateway, goal_id: GoalId, query: GoalPageQuery) -> GoalFound:
    """The goal as it is.

    Raises:
        GoalIsQuarantined: there is one, and nothing of it could be taken in.
        Rejected: `goal.unknown`.
    """
    now = datetime.now(UTC)

    def read(connection: Connection) -> GoalFound | None:
        record = queries.record(connection, goal_id.org, goal_id.patient, with_diaries=False)
        goal = record.goal(goal_id.goal)
        if goal is None:
            refuse_if_quarantined(connection, "goal_state", goal_id)
            return None
        days = days_of(goal, record, now)
        span = days.span(query.from_, query.to)
        levels = diary_queries.levels(connection, goal_id) or []
        entries = diary_queries.entries(
            connection, goal_id, first=span.first, last=span.last, newest_first=True, limit=MAX_ENTRIES
        )
        told, more = (entries["items"], entries["next"]) if entries else ([], None)
        return GoalFound(goal, record, days, span, levels, told, is_whole=more is None)

    found = await here.read("goal_state", goal_id.org, query.min_position, read)
    if found is None:
        raise Rejected("goal.unknown", f"There is no goal {goal_id}.", version=0)
    written = await here.read(
        "audit_trail", goal_id.org, query.min_position, lambda connection: versions(connection, goal_id)
    )
    return replace(found, versions=written)


async def _earlier(here: Gateway, goal_id: GoalId, at: datetime, by: Axis) -> Earlier:
    """The goal as it stood."""
    plan, goal, written = await here.read(
        "audit_trail", goal_id.org, None, lambda connection: goal_at(connection, goal_id, at, by)
    )
    day = PatientRecord(plan, ()).day(min(at, datetime.now(UTC)))
    return Earlier(at, by, goal, day, levels_over_time(goal) if goal else (), written)


async def _history(here: Gateway, goal_id: GoalId, query: GoalPageQuery) -> HistoryFound:
    """What happened to the goal, as far as the page tells it."""

    def read(connection: Connection) -> HistoryFound:
        when = moments(connection, goal_id, newest_first=True, limit=MAX_MOMENTS)
        page = audit_trail.history(
            connection, goal_id, newest_first=True, diary=False, limit=MAX_EVENTS, cursor=query.before
        )
        events = from_json(page.json) if page else {"items": [], "next": None}
        return HistoryFound(when["items"] if when else [], events["items"], query.before is None, events["next"])

    return await here.read("audit_trail", goal_id.org, query.min_position, read)
