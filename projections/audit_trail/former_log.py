"""What the audit trail has of a log that is not there any more, because it was lost, or an older one restored."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from events.identity import GoalId
from projections.audit_trail.tables import tables
from projections.engine.paging import AnyRow

_EVENTS = tables()["events"]
_ROWS_PER_FETCH = 1000


class KeptEvent(NamedTuple):
    """An event as the audit trail has it, without what it says.

    Attributes:
        source, id: Its idempotency key.
    """

    goal_id: GoalId
    position: int
    source: str
    id: str
    recorded_at: datetime


def last_position(connection: Connection, orgs: Sequence[str]) -> int:
    """The highest position among the events of some organisations, which are on one stream; 0 when there are none."""
    return connection.scalar(select(func.max(_EVENTS.c.position)).where(_EVENTS.c.org.in_(orgs))) or 0


def event_up_to(connection: Connection, orgs: Sequence[str], position: int) -> KeptEvent | None:
    """The last event of some organisations, which are on one stream, up to a position."""
    query = select(_EVENTS).where(_EVENTS.c.org.in_(orgs), _EVENTS.c.position <= position)
    row = connection.execute(query.order_by(_EVENTS.c.position.desc()).limit(1)).one_or_none()
    return _kept(row) if row else None


def events_behind(
    connection: Connection, orgs: Sequence[str], position: int
) -> Iterator[tuple[GoalId, list[KeptEvent]]]:
    """The events behind a position, goal by goal."""
    order = (_EVENTS.c.org, _EVENTS.c.patient, _EVENTS.c.goal, _EVENTS.c.position)
    query = select(_EVENTS).where(_EVENTS.c.org.in_(orgs), _EVENTS.c.position > position).order_by(*order)
    rows = connection.execution_options(yield_per=_ROWS_PER_FETCH).execute(query)
    for goal_id, events in groupby(map(_kept, rows), key=lambda kept: kept.goal_id):
        yield goal_id, list(events)


def _kept(row: AnyRow) -> KeptEvent:
    return KeptEvent(GoalId(row.org, row.patient, row.goal), row.position, row.source, row.event_id, row.recorded_at)
