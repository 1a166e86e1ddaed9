"""The events of every organisation, the newest first."""

from collections.abc import Iterator, Set
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from events.identity import PLAN, GoalId
from projections.audit_trail import positions
from projections.audit_trail.tables import tables

_EVENTS = tables()["events"]


class Place(NamedTuple):
    """Where an event stands: positions count in each organisation's stream, so the instant comes first."""

    recorded_at: datetime
    org: str
    position: int


class ListedEvent(NamedTuple):
    """An event by its goal and its place."""

    goal_id: GoalId
    place: Place


def latest_events(
    connection: Connection,
    *,
    limit: int,
    since: datetime | None = None,
    before: Place | None = None,
    of_goals: bool = False,
    orgs: Set[str] | None = None,
) -> list[ListedEvent]:
    """The newest events, at most `limit`.

    Args:
        since: Only what was recorded at or after this instant.
        before: Only what stands behind this place in the list.
        of_goals: Only events of goals, and none of plans.
        orgs: Only events of these organisations.
    """
    # Each organisation by its own positions, which have an index; all of them by the instant have none.
    listed = (org for org in _organisations(connection) if orgs is None or org in orgs)
    lists = (_latest_of(connection, org, limit, since, before, of_goals) for org in listed)
    return list(islice(merge(*lists, key=_newest_first), limit))


def count_events(
    connection: Connection,
    *,
    since: datetime | None = None,
    of_goals: bool = False,
    orgs: Set[str] | None = None,
) -> int:
    """How many there are; the arguments are those of :func:`latest_events`."""
    wanted = _wanted(since, of_goals)
    if orgs is not None:
        wanted.append(_EVENTS.c.org.in_(sorted(orgs)))
    return connection.scalar(select(func.count()).select_from(_EVENTS).where(*wanted)) or 0


def patients_if_few(
    connection: Connection,
    *,
    most: int,
    since: datetime | None = None,
    of_goals: bool = False,
    orgs: Set[str] | None = None,
) -> dict[str, set[str]]:
    """Of whom :func:`count_events` tells, by organisation: the patients where they are so few that a number tells
    something about each, and nobody where there are more.

    Args:
        most: How many are few.
    """
    told = {}
    for org in _organisations(connection):
        if orgs is None or org in orgs:
            wanted = select(_EVENTS.c.patient).where(_EVENTS.c.org == org, *_wanted(since, of_goals))
            patients = set(connection.scalars(wanted.distinct().limit(most + 1)))
            told[org] = patients if len(patients) <= most else set()
    return told


def _organisations(connection: Connection) -> Iterator[str]:
    """One after the other by the primary key: a DISTINCT would read every row."""
    org = connection.scalar(select(func.min(_EVENTS.c.org)))
    while org is not None:
        yield org
        org = connection.scalar(select(func.min(_EVENTS.c.org)).where(_EVENTS.c.org > org))


def _latest_of(
    connection: Connection, org: str, limit: int, since: datetime | None, before: Place | None, of_goals: bool
) -> list[ListedEvent]:
    columns = (_EVENTS.c[name] for name in ("patient", "goal", "recorded_at", "position"))
    query = select(*columns).where(_EVENTS.c.org == org, *_wanted(since, of_goals))
    if since is not None:
        query = query.where(_EVENTS.c.position >= positions.since(org, since))
    if before is not None:
        query = query.where(_behind(before, org), _EVENTS.c.position <= positions.until(org, before.recorded_at))
    rows = connection.execute(query.order_by(_EVENTS.c.position.desc()).limit(limit))
    return [ListedEvent(GoalId(org, row.patient, row.goal), Place(row.recorded_at, org, row.position)) for row in rows]


def _wanted(since: datetime | None, of_goals: bool) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if since is not None:
        wanted.append(_EVENTS.c.recorded_at >= since)
    if of_goals:
        wanted.append(_EVENTS.c.goal != PLAN)
    return wanted


def _behind(place: Place, org: str) -> ColumnElement[bool]:
    earlier = _EVENTS.c.recorded_at < place.recorded_at
    if org < place.org:
        return earlier
    at_once = _EVENTS.c.recorded_at == place.recorded_at
    if org > place.org:
        return or_(earlier, at_once)
    return or_(earlier, and_(at_once, _EVENTS.c.position < place.position))


def _newest_first(event: ListedEvent) -> tuple[float, str, int]:
    recorded_at, org, position = event.place
    return -recorded_at.timestamp(), org, -position
