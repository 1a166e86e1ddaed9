"""The histories that the service has at hand: a bounded cache, snapshots behind it, and the log as the truth."""

import asyncio
from collections import OrderedDict

from events.event import RecordedEvent
from events.identity import GoalId
from events.log import Log
from events.log.snapshots import Snapshots
from services.goals.history import History

_WRITE_BEHIND_SECONDS = 1.0


class Histories:
    """Histories by id, the least recently used dropped first. Whoever doubts one refreshes it from the log.

    Args:
        log: Where histories are loaded from.
        snapshots: Where folded histories are kept for the next cold start.
        limit: How many are kept in memory.
        snapshot_every: A history is written to the snapshots each time it has grown by this many events.
    """

    def __init__(self, log: Log, snapshots: Snapshots, *, limit: int, snapshot_every: int):
        self._log = log
        self._snapshots = snapshots
        self._limit = limit
        self._snapshot_every = snapshot_every
        self._kept: OrderedDict[GoalId, History] = OrderedDict()
        self._grown: dict[GoalId, History] = {}
        self._snapshot_versions: dict[GoalId, int] = {}

    async def get(self, goal_id: GoalId) -> History:
        """The history, from memory or else from the log.

        Raises:
            LogUnreachable, UnreadableEvent: when it cannot be loaded.
        """
        kept = self._kept.get(goal_id)
        if kept is not None:
            self._kept.move_to_end(goal_id)
            return kept
        history = await self._load(goal_id)
        self._kept[goal_id] = history
        if len(self._kept) > self._limit:
            dropped, _ = self._kept.popitem(last=False)
            self._snapshot_versions.pop(dropped, None)
        return history

    async def refresh(self, history: History) -> None:
        """Read what the log has behind the history.

        Raises:
            LogUnreachable, UnreadableEvent: as :meth:`get`.
        """
        _take(history, await self._log.read(history.goal_id, history.position))

    async def of_patient(self, own: History) -> tuple[dict[str, History], int]:
        """Every goal of a history's patient by its token, all fresh, and the position of the patient's last event.

        Raises:
            LogUnreachable, UnreadableEvent: as :meth:`get`.
        """
        last = await self._log.last_of_patient(own.goal_id)
        goals = {}
        for each, position in last.items():
            history = own if each == own.goal_id else await self.get(each)
            if history.position < position:
                await self.refresh(history)
            if not each.is_plan:
                goals[each.goal] = history
        return goals, max(last.values(), default=0)

    def moved(self, history: History) -> None:
        """The history has grown by events of this service; after enough of them it is due for a snapshot."""
        written = self._snapshot_versions.get(history.goal_id, 0)
        if history.version - written >= self._snapshot_every:
            self._grown[history.goal_id] = history

    def drop(self, goal_id: GoalId) -> None:
        """Forget a history that may no longer be true."""
        self._kept.pop(goal_id, None)
        self._grown.pop(goal_id, None)

    async def write_behind(self) -> None:
        """Write snapshots of what has grown, now and then, for ever."""
        while True:
            await asyncio.sleep(_WRITE_BEHIND_SECONDS)
            await self.write_snapshots()

    async def write_snapshots(self) -> None:
        """Write snapshots of what has grown, now."""
        grown, self._grown = self._grown, {}
        if not grown:
            return
        self._snapshot_versions.update({goal_id: history.version for goal_id, history in grown.items()})
        await self._snapshots.put({goal_id: history.snapshot() for goal_id, history in grown.items()})

    async def _load(self, goal_id: GoalId) -> History:
        snapshot = await self._snapshots.get(goal_id)
        history = History.from_snapshot(goal_id, snapshot) if snapshot else None
        if history is not None:
            # The snapshot's last event is read again: a snapshot that the log does not bear out is not used.
            events = await self._log.read(goal_id, history.position - 1)
            if events and _bears_out(events[0], history):
                self._snapshot_versions[goal_id] = history.version
                _take(history, events[1:])
                return history
        history = History(goal_id)
        await self.refresh(history)
        return history


def _take(history: History, events: list[RecordedEvent]) -> None:
    for recorded in events:
        if recorded.position > history.position:
            history.take(recorded)


def _bears_out(last: RecordedEvent, history: History) -> bool:
    trace = history.traces[-1]
    return (last.position, last.version, last.event.key) == (trace.position, history.version, (trace.source, trace.id))
