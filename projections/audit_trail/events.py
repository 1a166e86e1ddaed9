"""Reading recorded events back out of the audit trail, whole: it can be folded without asking the log."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta, timezone
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, Table, select

from events.catalog import decode
from events.event import Event, RecordedEvent
from events.identity import GoalId
from events.vocabulary import Actor
from projections.engine.key_lookup import GOAL, lookup, wanted
from projections.engine.paging import AnyRow, AnySelect
from projections.engine.projection import Tables


def recorded_events(connection: Connection, tables: Tables, goal_ids: Collection[GoalId]) -> Iterator[RecordedEvent]:
    """The events of some goals or plans, in the order of the log.

    Args:
        tables: The audit trail's tables, of the version to read.
    """
    return map(_recorded, connection.execute(_in_order(tables["events"]), wanted(goal_ids, GOAL)))


def happened(row: Any) -> datetime:  # Any: rows of several queries
    """When an event happened, as its sender wrote it: the instant, with the offset of their clock."""
    instant: datetime = row.happened_at
    return instant.astimezone(_clock(row.happened_offset))


@lru_cache(1024)
def _clock(minutes: int) -> timezone:
    return timezone(timedelta(minutes=minutes))


@cache
def _in_order(table: Table) -> AnySelect:
    return select(table).select_from(lookup(table, GOAL)).order_by(table.c.position)


def _recorded(row: AnyRow) -> RecordedEvent:
    event = Event(
        goal_id=GoalId(row.org, row.patient, row.goal),
        source=row.source,
        id=row.event_id,
        time=happened(row),
        actor=Actor.model_construct(id=row.actor, role=row.actor_role),
        data=decode(row.type, row.data, row.goal),
        cause=row.cause,
        entered_by=row.entered_by,
        submitted_by=row.submitted_by,
        submitter_role=row.submitter_role,
    )
    return RecordedEvent(event, row.position, row.version, row.recorded_at)
