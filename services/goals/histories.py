"""The histories of goals and plans: a bounded cache in memory, then snapshots, then the log itself."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice

from events.envelope import UnreadableEvent
from events.errors import CairnError
from events.event import RecordedEvent
from events.identity import LOG, GoalId
from events.log import Log, WrongVersion
from events.log.snapshots import Snapshots
from services.goals.history import History
from services.goals.memory import Memory

_WRITE_BEHIND_SECONDS = 1.0
"""How often snapshots that are due are written."""
_LAST_WRITE_SECONDS = 4.0
"""How long the last snapshots may take when the service stops; what is not written then is read from the log."""
_SNAPSHOTS_PER_WRITE = 16
"""So many are made within a millisecond or two, in which no submission is decided."""
_LAST_SNAPSHOTS_PER_WRITE = 1000
_BYTES_PER_WRITE = 256 * 1024
"""When no further snapshot is added to a write: the disk has submissions to store too."""
_GROWTH_FOR_A_SNAPSHOT = 1 / 8
"""By which part a long history must have grown: a snapshot holds all of it."""
_MAX_SNAPSHOTS_DUE = 10_000
"""How many histories may wait to be written; a further one is written when it has grown again."""


class EventsMissing(CairnError):
    """The log no longer holds all events of a goal (or plan), so that nothing can be decided about it."""


class Histories:
    """Histories by id; the least recently used is dropped first. A history that may be stale is refreshed from the log.

    Args:
        log: Where histories are loaded from.
        snapshots: Where folded histories are kept for the next cold start.
        limit: How many are kept in memory, see :class:`~services.goals.memory.Memory`.
        snapshot_every: A history is written to the snapshots each time it has grown by this many events, and by an
            eighth. One that leaves the memory is written when it has grown by a quarter of that.
    """

    def __init__(self, log: Log, snapshots: Snapshots, *, limit: int, snapshot_every: int):
        self._log = log
        self._snapshots = snapshots
        self._snapshot_every = snapshot_every
        self._worth_writing = max(1, snapshot_every // 4)
        self._memory = Memory(limit, leaving=lambda history: self._due(history, self._worth_writing))
        self._grown: dict[GoalId, History] = {}
        self._loading: dict[GoalId, object] = {}

    async def get(self, goal_id: GoalId) -> History:
        """The history, from memory or else from the log.

        Raises:
            LogUnreachable, UnreadableEvent, EventsMissing: when it cannot be loaded.
        """
        history = self._memory.get(goal_id)
        if history is not None:
            return history
        if goal_id.is_plan:
            return await self._loaded(goal_id)
        # Every decision about a goal reads its plan too.
        loaded, _ = await asyncio.gather(self._loaded(goal_id), self.get(goal_id.plan))
        return loaded

    def remembered(self, goal_id: GoalId) -> History | None:
        """The history if it is in memory."""
        return self._memory.get(goal_id)

    async def refresh(self, history: History, last: int) -> bool:
        """Read the events that the log has after the history's last one, at least up to the goal's last event.

        Returns:
            False when the log's events do not continue the history. The history is dropped then and must be loaded
            again.

        Raises:
            LogUnreachable, UnreadableEvent: as :meth:`get`.
        """
        events = await self._log.read_until(history.goal_id, history.position, last)
        if not _take(history, events):
            self.drop(history.goal_id)
            return False
        self._memory.grown(history)
        return True

    async def confirm(self, history: History) -> bool:
        """Bring the history up to what the log's leader has, although a lagging replica may answer; or drop it.

        Returns:
            False when the log does not hold what memory has of it.

        Raises:
            LogUnreachable, UnreadableEvent: as :meth:`get`.
        """
        position = history.position
        last = await self._log.last(history.goal_id)
        if last < position:
            self.drop(history.goal_id)
            return False
        return await self.refresh(history, last)

    async def of_patient(self, own: History, until: int = 0) -> tuple[dict[str, History], int]:
        """All goals of a history's patient by their token, refreshed, and the position of the patient's last event.

        Of another goal with a message that cannot be read, the history ends before that message.

        Args:
            until: The position of an event of the patient that must be among what is looked at.

        Raises:
            LogUnreachable, UnreadableEvent, EventsMissing: as :meth:`get`, of the history's own goal and of the plan.
            WrongVersion: the log, or the replica that answers, does not agree with the history in memory.
        """
        last = await self._log.last_of_patient(own.goal_id, until)
        if own.position > last.get(own.goal_id, 0):
            self.drop(own.goal_id)
            raise WrongVersion("The log ends before the last event that memory has of the goal.")
        if own.goal_id.plan not in last:
            self.drop(own.goal_id.plan)
        goals = {}
        for each, position in last.items():
            history = await (self._fresh(own, position) if each == own.goal_id else self._other(each, position))
            if not each.is_plan:
                goals[each.goal] = history
        return goals, max(last.values(), default=0)

    async def _fresh(self, history: History, last: int) -> History:
        """The history, brought up to the goal's last event."""
        if last < history.position or not await self.refresh(history, last):
            self.drop(history.goal_id)
            raise WrongVersion("The log's events do not continue what memory has of the patient.")
        return history

    async def _other(self, goal_id: GoalId, last: int) -> History:
        """The history of another goal; where a message cannot be read, only the events before that message."""
        try:
            return await self._fresh(await self.get(goal_id), last)
        except UnreadableEvent as error:
            if goal_id.is_plan or error.subject != goal_id.on(LOG):
                raise
            readable = History(goal_id)
            _take(readable, await self._log.read_sound(goal_id))
            return readable

    def moved(self, history: History) -> None:
        """Note that this service has added events to the history; after enough of them a snapshot is due."""
        self._memory.grown(history)
        self._due(history, self._snapshot_every)

    def clear(self) -> None:
        """Drop all histories, because the log was replaced."""
        self._memory.clear()
        self._grown.clear()
        self._loading.clear()

    def drop(self, goal_id: GoalId) -> None:
        """Drop a history that may be out of date."""
        self._memory.drop(goal_id)
        self._grown.pop(goal_id, None)
        self._loading.pop(goal_id, None)

    async def write_behind(self) -> None:
        """Write the snapshots that are due, every second, for ever."""
        while True:
            await asyncio.sleep(_WRITE_BEHIND_SECONDS)
            await self.write_snapshots()

    async def write_snapshots(self, at_once: int = _SNAPSHOTS_PER_WRITE) -> None:
        """Write the snapshots that are due, now.

        Args:
            at_once: How many are made and written at a time, at most; submissions wait while they are made.
        """
        grown, self._grown = self._grown, {}
        due = iter(grown.values())
        while some := _snapshots(islice(due, at_once)):
            await self._snapshots.put(some)

    async def write_last_snapshots(self) -> None:
        """Write snapshots before the service stops, the most recently used first, until the time is up."""
        for history in self._memory:
            self._due(history, self._worth_writing)
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WRITE_SECONDS):
                await self.write_snapshots(_LAST_SNAPSHOTS_PER_WRITE)

    def _due(self, history: History, growth: int) -> None:
        grown = history.version - history.snapshot_version
        if grown < growth or grown < history.version * _GROWTH_FOR_A_SNAPSHOT * growth / self._snapshot_every:
            return
        if len(self._grown) < _MAX_SNAPSHOTS_DUE:
            self._grown[history.goal_id] = history

    async def _loaded(self, goal_id: GoalId) -> History:
        """Load a history, and keep it unless it was dropped during the load, because it may be out of date then."""
        this_load = self._loading[goal_id] = object()
        try:
            history = await self._load(goal_id)
            if self._loading.get(goal_id) is this_load:
                self._memory.keep(history)
            return history
        finally:
            if self._loading.get(goal_id) is this_load:
                del self._loading[goal_id]

    async def _load(self, goal_id: GoalId) -> History:
        # If the snapshot ends with the log's last event, nothing else has to be read.
        snapshot, last = await asyncio.gather(self._snapshots.get(goal_id), self._log.newest(goal_id))
        if last is None:
            return History(goal_id)
        history = History.from_snapshot(goal_id, snapshot) if snapshot else None
        if history is not None:
            if history.ends_with(last):
                return history
            # The snapshot's last event is read again: the snapshot is used only if the log holds the same event.
            events = await self._log.read(goal_id, history.position - 1)
            if events and history.ends_with(events[0]) and _take(history, events[1:]):
                return history
        history = History(goal_id)
        if not _take(history, [last] if last.version == 1 else await self._log.read(goal_id)):
            raise EventsMissing(f"The log holds no version {history.version + 1} of {goal_id} before the next ones.")
        return history


def _snapshots(histories: Iterable[History]) -> dict[GoalId, bytes]:
    """The snapshots of the first histories that fill a write."""
    made: dict[GoalId, bytes] = {}
    size = 0
    for history in histories:
        history.snapshot_version = history.version
        made[history.goal_id] = history.snapshot()
        size += len(made[history.goal_id])
        if size >= _BYTES_PER_WRITE:
            break
    return made


def _take(history: History, events: list[RecordedEvent]) -> bool:
    """Add the events that the history does not have yet; False when one of them leaves a gap."""
    for recorded in events:
        if recorded.position > history.position:
            if recorded.version != history.version + 1:
                return False
            history.take(recorded)
    return True
