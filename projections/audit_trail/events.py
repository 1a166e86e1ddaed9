"""Reading recorded events back out of the audit trail, whole: it can be folded without asking the log."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta, timezone
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, Table, select

from events.catalog import decode
from events.event import Event, RecordedEvent
from events.identity import GoalId
from events.vocabulary import Actor, ActorRole
from projections.engine.key_lookup import GOAL, lookup, wanted, wanted_keys
from projections.engine.paging import AnyRow, AnySelect, without_index
from projections.engine.projection import Tables


def recorded_events(connection: Connection, tables: Tables, goal_ids: Collection[GoalId]) -> Iterator[RecordedEvent]:
    """The events of some goals or plans, in the order of the log.

    Args:
        tables: The audit trail's tables, of the version to read.
    """
    return map(read_recorded, connection.execute(_in_order(tables["events"]), wanted(goal_ids, GOAL)))


def events_of_types(
    connection: Connection, tables: Tables, goal_ids: Collection[GoalId], types: frozenset[str]
) -> Iterator[RecordedEvent]:
    """Those of them that are of some types, which are read without the others."""
    return map(read_recorded, connection.execute(_of_types(tables["events"], types), wanted(goal_ids, GOAL)))


def last_versions(connection: Connection, tables: Tables, goal_ids: Collection[GoalId]) -> dict[GoalId, int]:
    """The version of each goal's, or plan's, last event; all of them have events."""
    return {
        GoalId(*goal_id): version
        for *goal_id, version in connection.execute(_versions(tables["events"]), wanted(goal_ids, GOAL))
    }


def happened(row: Any) -> datetime:  # Any: rows of several queries
    """When an event happened, as its sender wrote it: the instant, with the offset of their clock."""
    instant: datetime = row.happened_at
    return instant.astimezone(_clock(row.happened_offset))


@lru_cache(1024)
def _clock(minutes: int) -> timezone:
    return timezone(timedelta(minutes=minutes))


@lru_cache(1024)
def actor_of(id_: str, role: ActorRole) -> Actor:
    """Whose id and role are in a row. A diary is mostly by one person, and to make one takes longer than the rest."""
    return Actor.model_construct(id=id_, role=role)


@cache
def _in_order(table: Table) -> AnySelect:
    return select(table).select_from(lookup(table, GOAL)).order_by(table.c.position)


@cache
def _of_types(table: Table, types: frozenset[str]) -> AnySelect:
    # A goal has few events, and an organisation has many of a type.
    return _in_order(table).where(without_index(table.c.type).in_(sorted(types)))


@cache
def _versions(table: Table) -> AnySelect:
    keys = wanted_keys(GOAL)
    of_the_goal = (table.c[name] == keys.c[name] for name in GOAL)
    last = select(table.c.version).where(*of_the_goal).order_by(table.c.position.desc()).limit(1).scalar_subquery()
    return select(*keys.c, last)


def read_recorded(row: AnyRow) -> RecordedEvent:
    """The event of a whole row."""
    event = Event(
        goal_id=GoalId(row.org, row.patient, row.goal),
        source=row.source,
        id=row.event_id,
        time=happened(row),
        actor=actor_of(row.actor, row.actor_role),
        data=decode(row.type, row.data, row.goal),
        cause=row.cause,
        entered_by=row.entered_by,
        submitted_by=row.submitted_by,
        submitter_role=row.submitter_role,
    )
    return RecordedEvent(event, row.position, row.version, row.recorded_at)
