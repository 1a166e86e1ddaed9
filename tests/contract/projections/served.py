"""Goals, caseloads, and what happened to goals, as they are served: read back out of their JSON."""

from collections.abc import Collection
from datetime import datetime

from pydantic_core import from_json
from sqlalchemy import Connection

from events.flag import Audience
from events.goal.reading import Part
from events.identity import GoalId
from projections.audit_trail import queries as audit_trail
from projections.audit_trail.filters import AuditFilter
from projections.audit_trail.queries import EventsPage
from projections.engine.paging import Json
from projections.goal_state import caseload as caseloads
from projections.goal_state import queries
from projections.goal_state.filters import CaseloadFilter, GoalFilter
from projections.goal_state.served_goals import Looking


def served_goal(
    connection: Connection,
    goal_id: GoalId,
    *,
    now: datetime,
    audience: Audience = "staff",
    include: Collection[Part] = (),
) -> Json | None:
    found = queries.goal(connection, goal_id, Looking(now, audience, include))
    return None if found is None else _read(found)


def served_goals(
    connection: Connection,
    org: str,
    filters: GoalFilter | None = None,
    *,
    now: datetime,
    audience: Audience = "staff",
    include: Collection[Part] = (),
    patient: str | None = None,
    limit: int = 100,
    cursor: str | None = None,
) -> Json:
    page = queries.goals(
        connection,
        org,
        filters or GoalFilter(),
        looking=Looking(now, audience, include),
        patient=patient,
        limit=limit,
        cursor=cursor,
    )
    read = _read(page.json)
    assert page.patients == {item["patient"] for item in read["items"]}
    return read


def history(
    connection: Connection,
    goal_id: GoalId,
    *,
    limit: int = 100,
    cursor: str | None = None,
    without: Collection[str] = (),
) -> Json:
    page = audit_trail.history(connection, goal_id, limit=limit, cursor=cursor, without=without)
    assert page is not None
    return _read_events(page)


def audit(
    connection: Connection,
    org: str,
    filters: AuditFilter | None = None,
    *,
    limit: int = 100,
    cursor: str | None = None,
    newest_first: bool = False,
    counted: bool = False,
    without: Collection[str] = (),
) -> Json:
    page = audit_trail.audit(
        connection,
        org,
        filters or AuditFilter(),
        limit=limit,
        cursor=cursor,
        newest_first=newest_first,
        counted=counted,
        without=without,
    )
    return _read_events(page)


def _read_events(page: EventsPage) -> Json:
    read = _read(page.json)
    assert page.patients >= {item["patient"] for item in read["items"]}
    return read


def caseload(
    connection: Connection,
    org: str,
    filters: CaseloadFilter | None = None,
    *,
    now: datetime,
    limit: int = 100,
    cursor: str | None = None,
) -> Json:
    page = caseloads.caseload(connection, org, filters or CaseloadFilter(), now=now, limit=limit, cursor=cursor)
    read = _read(page.json)
    assert page.patients == {item["patient"] for item in read["items"]}
    return read


def _read(json: bytes) -> Json:
    read: Json = from_json(json)
    return read
