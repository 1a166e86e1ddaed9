"""Goals as they are served, read back out of their JSON."""

from collections.abc import Collection
from datetime import datetime

from pydantic_core import from_json
from sqlalchemy import Connection

from events.flag import Audience
from events.goal.reading import Part
from events.identity import GoalId
from projections.engine.paging import Json
from projections.goal_state import queries
from projections.goal_state.filters import GoalFilter
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


def _read(json: bytes) -> Json:
    read: Json = from_json(json)
    return read
