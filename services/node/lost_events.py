"""The events that were lost with a log: those that the audit trail has and the present log does not have.

Two logs of one installation have the same beginning, up to the position where one was lost or an older one was
restored. A binary search finds this position: the audit trail's last event up to a position either is in the log at
that position, recorded at the same moment, or is not. Only the events behind it are compared one by one.
"""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from events.envelope import StoredMessage, UnreadableEvent, read_recorded
from events.identity import LOG, GoalId
from events.log import Log
from events.log.placement import EVERY
from projections.audit_trail import former_log
from projections.audit_trail.former_log import KeptEvent
from projections.audit_trail.places import organisations
from projections.engine.database import reading


class GoalThatLost(NamedTuple):
    """A goal (or plan) that has lost events.

    Attributes:
        events: How many events are lost.
        gone: Whether the log has no event of the goal at all.
    """

    goal_id: GoalId
    events: int
    gone: bool


class Lost(NamedTuple):
    """The events of one stream that the audit trail has and the log does not have.

    Attributes:
        same_until: The last position up to which both are the same.
        goals: The goals and plans that have lost events.
    """

    same_until: int
    goals: tuple[GoalThatLost, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How much was lost, by kind: events, and whole goals and plans. A kind with 0 is left out."""
        gone = [goal.goal_id for goal in self.goals if goal.gone]
        plans = sum(goal_id.is_plan for goal_id in gone)
        counts = {"events": sum(goal.events for goal in self.goals), "goals": len(gone) - plans, "plans": plans}
        return {what: count for what, count in counts.items() if count}


async def lost_events(engine: Engine, log: Log, organisations: Sequence[str]) -> Lost | None:
    """The events of a stream that the audit trail has and the log does not; None when the audit trail cannot be read.

    Args:
        log: The log of the stream.
        organisations: The organisations on the stream; `*` for all.

    Raises:
        LogUnreachable: the log does not answer.
    """
    try:
        orgs = await asyncio.to_thread(_organisations, engine) if EVERY in organisations else list(organisations)
        same_until = await _same_until(engine, log, orgs)
        behind = await asyncio.to_thread(_behind, engine, orgs, same_until)
    except SQLAlchemyError:
        return None
    goals = []
    for goal_id, kept in behind:
        stored = await log.read_stored(goal_id.on(LOG))
        lost = len({(event.source, event.id) for event in kept} - _keys(stored))
        if lost:
            goals.append(GoalThatLost(goal_id, lost, not stored))
    return Lost(same_until, tuple(goals))


async def _same_until(engine: Engine, log: Log, orgs: list[str]) -> int:
    low, high = 0, await asyncio.to_thread(_last, engine, orgs)
    while low < high:  # the same up to low; not known up to high
        middle = (low + high + 1) // 2
        kept = await asyncio.to_thread(_up_to, engine, orgs, middle)
        if kept is None or kept.position <= low or await _is_there(log, kept):
            low = middle
        else:
            high = kept.position - 1
    return min(low, (await log.state()).last)


async def _is_there(log: Log, kept: KeptEvent) -> bool:
    stored = await log.read_stored(kept.goal_id.on(LOG))
    return any((each.position, each.recorded_at) == (kept.position, kept.recorded_at) for each in stored)


def _keys(stored: list[StoredMessage]) -> set[tuple[str, str]]:
    keys = set()
    for each in stored:
        try:
            keys.add(read_recorded(each).event.key)
        except UnreadableEvent:
            continue
    return keys


def _organisations(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return sorted(organisations(connection))


def _last(engine: Engine, orgs: list[str]) -> int:
    with reading(engine) as connection:
        return former_log.last_position(connection, orgs)


def _up_to(engine: Engine, orgs: list[str], position: int) -> KeptEvent | None:
    with reading(engine) as connection:
        return former_log.event_up_to(connection, orgs, position)


def _behind(engine: Engine, orgs: list[str], position: int) -> list[tuple[GoalId, list[KeptEvent]]]:
    with reading(engine) as connection:
        return list(former_log.events_behind(connection, orgs, position))
