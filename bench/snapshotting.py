"""Snapshots of a third of the goals as they are, of a third as they were, of a third none: written by Cairn itself."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from bench.filling import lived
from bench.life import GOAL_EVENTS, life
from bench.options import Stage
from events.event import RecordedEvent
from events.identity import GoalId
from events.log import Log
from events.log.client.resilient import ResilientClient
from events.log.snapshots import Snapshots
from services.goals.histories import Histories
from services.goals.history import History

HALF = GOAL_EVENTS // 2
"""How old the older snapshots are, in events: as far behind as the service's are on average."""
_GOALS_A_WRITE = 500


class Kept(NamedTuple):
    """Goals by the snapshot that there is of them: of all their events, of the first half, none."""

    whole: Sequence[GoalId]
    half: Sequence[GoalId]
    none: Sequence[GoalId]

    @classmethod
    def of(cls, goals: Sequence[GoalId]) -> "Kept":
        """Every third goal, and those beside it."""
        return cls(goals[::3], goals[1::3], goals[2::3])


async def write_snapshots(nc: ResilientClient, goals: Sequence[GoalId], stage: Stage) -> None:
    """Write them in the way of the goals service.

    Args:
        goals: The log was filled with their lives, and holds nothing else.
        stage: Advanced by every goal.
    """
    snapshots = Snapshots(nc)
    await snapshots.declare()
    histories = Histories(Log(nc), snapshots, limit=1, snapshot_every=HALF)
    now = datetime.now(UTC)
    for number, goal_id in enumerate(goals):
        if number % 3 < 2:
            events = lived(goals, number, life, now)
            histories.moved(_history(goal_id, events if number % 3 == 0 else events[:HALF]))
        if number % _GOALS_A_WRITE == 0:
            await histories.write_snapshots()
        stage.advance()
    await histories.write_snapshots()
    await snapshots.close()


def _history(goal_id: GoalId, events: Iterable[RecordedEvent]) -> History:
    history = History(goal_id)
    for recorded in events:
        history.take(recorded)
    return history
