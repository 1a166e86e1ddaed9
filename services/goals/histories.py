"""The histories that the service has at hand: a bounded cache, snapshots behind it, and the log as the truth."""

import asyncio
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
_SNAPSHOTS_PER_WRITE = 1000
_MAX_SNAPSHOTS_DUE = 10_000
"""How many histories may wait to be written; a further one is written when it has grown again."""


class EventsMissing(CairnError):
    """The log does not hold all events of a goal (or plan) any more, so that nothing can be decided about it."""


class Histories:
    """Histories by id, the least recently used dropped first. Whoever doubts one refreshes it from the log.

    Args:
        log: Where histories are loaded from.
        snapshots: Where folded histories are kept for the next cold start.
        limit: How many are kept in memory, see :class:`~services.goals.memory.Memory`.
        snapshot_every: A history is written to the snapshots each time it has grown by this many events. One that
            leaves the memory is written when it has grown by a quarter of that.
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
        # Whoever decides about a goal looks at its plan too.
        loaded, _ = await asyncio.gather(self._loaded(goal_id), self.get(goal_id.plan))
        return loaded

    async def refresh(self, history: History, last: int) -> bool:
        """Read what the log has behind the history, up to the position of the goal's last event and beyond.

        Returns:
            False when the log goes on otherwise than from where the history ends. The history is forgotten then, and is
            to be loaded again.

        Raises:
            LogUnreachable, UnreadableEvent: as :meth:`get`.
        """
        events = await self._log.read_until(history.goal_id, history.position, last)
        if not _take(history, events):
            self.drop(history.goal_id)
            return False
        self._memory.grown(history)
        return True

    async def confirm(self, history: History) -> None:
        """Bring the history up to what the log's leader knows, whichever replica answers a read, or forget it.

        Raises:
            LogUnreachable, UnreadableEvent: as :meth:`get`.
        """
        position = history.position
        last = await self._log.last(history.goal_id)
        if last < position:
            self.drop(history.goal_id)
        else:
            await self.refresh(history, last)

    async def of_patient(self, own: History, until: int = 0) -> tuple[dict[str, History], int]:
        """Every goal of a history's patient by its token, all fresh, and the position of the patient's last event.

        Another goal with a message that cannot be read is what its events before that add up to.

        Args:
            until: The position of an event of the patient that must be among what is looked at.

        Raises:
            LogUnreachable, UnreadableEvent, EventsMissing: as :meth:`get`, of the history's own goal and of the plan.
            WrongVersion: the log, or the replica that answers, does not bear out what is remembered.
        """
        last = await self._log.last_of_patient(own.goal_id, until)
        if own.position > last.get(own.goal_id, 0):
            self.drop(own.goal_id)
            raise WrongVersion("The log ends before what is remembered of the goal.")
        if own.goal_id.plan not in last:
            self.drop(own.goal_id.plan)
        goals = {}
        for each, position in last.items():
            its = await (self._fresh(own, position) if each == own.goal_id else self._other(each, position))
            if not each.is_plan:
                goals[each.goal] = its
        return goals, max(last.values(), default=0)

    async def _fresh(self, history: History, last: int) -> History:
        """The history, up to the goal's last event."""
        if last < history.position or not await self.refresh(history, last):
            self.drop(history.goal_id)
            raise WrongVersion("The log goes on otherwise than what is remembered of the patient.")
        return history

    async def _other(self, goal_id: GoalId, last: int) -> History:
        """The same of another goal, or what its events before a message that cannot be read add up to."""
        try:
            return await self._fresh(await self.get(goal_id), last)
        except UnreadableEvent as error:
            if goal_id.is_plan or error.subject != goal_id.on(LOG):
                raise
            sound = History(goal_id)
            _take(sound, await self._log.read_sound(goal_id))
            return sound

    def moved(self, history: History) -> None:
        """The history has grown by events of this service; after enough of them it is due for a snapshot."""
        self._memory.grown(history)
        self._due(history, self._snapshot_every)

    def clear(self) -> None:
        """Forget all of them: the log is another one than before."""
        self._memory.clear()
        self._grown.clear()
        self._loading.clear()

    def drop(self, goal_id: GoalId) -> None:
        """Forget a history that may no longer be true."""
        self._memory.drop(goal_id)
        self._grown.pop(goal_id, None)
        self._loading.pop(goal_id, None)

    async def write_behind(self) -> None:
        """Write snapshots of what has grown, now and then, for ever."""
        while True:
            await asyncio.sleep(_WRITE_BEHIND_SECONDS)
            await self.write_snapshots()

    async def write_snapshots(self) -> None:
        """Write snapshots of what is due, now."""
        grown, self._grown = self._grown, {}
        due = iter(grown.values())
        while some := list(islice(due, _SNAPSHOTS_PER_WRITE)):
            for history in some:
                history.snapshot_version = history.version
            await self._snapshots.put({history.goal_id: history.snapshot() for history in some})

    async def write_last_snapshots(self) -> None:
        """Before the end: write what is due and what is worth it, the last used first, as far as there is time."""
        for history in self._memory:
            self._due(history, self._worth_writing)
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WRITE_SECONDS):
                await self.write_snapshots()

    def _due(self, history: History, growth: int) -> None:
        if history.version - history.snapshot_version >= growth and len(self._grown) < _MAX_SNAPSHOTS_DUE:
            self._grown[history.goal_id] = history

    async def _loaded(self, goal_id: GoalId) -> History:
        """Load it, and keep it unless it was dropped meanwhile: what was read may then be too old."""
        mine = self._loading[goal_id] = object()
        try:
            history = await self._load(goal_id)
            if self._loading.get(goal_id) is mine:
                self._memory.keep(history)
            return history
        finally:
            if self._loading.get(goal_id) is mine:
                del self._loading[goal_id]

    async def _load(self, goal_id: GoalId) -> History:
        # The log's last event says at once whether the snapshot is all there is to know.
        snapshot, last = await asyncio.gather(self._snapshots.get(goal_id), self._log.newest(goal_id))
        if last is None:
            return History(goal_id)
        history = History.from_snapshot(goal_id, snapshot) if snapshot else None
        if history is not None:
            if history.ends_with(last):
                return history
            # The snapshot's last event is read again: a snapshot that the log does not bear out is not used.
            events = await self._log.read(goal_id, history.position - 1)
            if events and history.ends_with(events[0]) and _take(history, events[1:]):
                return history
        history = History(goal_id)
        if not _take(history, [last] if last.version == 1 else await self._log.read(goal_id)):
            raise EventsMissing(f"The log holds no version {history.version + 1} of {goal_id} before the next ones.")
        return history


def _take(history: History, events: list[RecordedEvent]) -> bool:
    """Move forward by what is new; False when one of these does not follow on the one before."""
    for recorded in events:
        if recorded.position > history.position:
            if recorded.version != history.version + 1:
                return False
            history.take(recorded)
    return True
