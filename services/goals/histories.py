"""The histories that the service has at hand: a bounded cache over the log."""

from collections import OrderedDict

from events.identity import GoalId
from events.log import Log
from services.goals.history import History


class Histories:
    """Histories by id, the least recently used dropped first. The log stays the truth: whoever doubts, refreshes.

    Args:
        log: Where histories are loaded from.
        limit: How many are kept.
    """

    def __init__(self, log: Log, limit: int):
        self._log = log
        self._limit = limit
        self._kept: OrderedDict[GoalId, History] = OrderedDict()

    async def get(self, goal_id: GoalId) -> tuple[History, bool]:
        """The history, and whether it has just come from the log (and not from the cache).

        Raises:
            LogUnreachable, UnreadableEvent: when it cannot be loaded.
        """
        kept = self._kept.get(goal_id)
        if kept is not None:
            self._kept.move_to_end(goal_id)
            return kept, False
        history = History(goal_id)
        await self.refresh(history)
        self._kept[goal_id] = history
        if len(self._kept) > self._limit:
            self._kept.popitem(last=False)
        return history, True

    async def refresh(self, history: History) -> bool:
        """Read what the log has behind the history; whether there was anything.

        Raises:
            LogUnreachable, UnreadableEvent: as :meth:`get`.
        """
        events = await self._log.read(history.goal_id, history.position)
        fresh = [recorded for recorded in events if recorded.position > history.position]
        for recorded in fresh:
            history.take(recorded)
        return bool(fresh)

    async def of_patient(self, goal_id: GoalId) -> tuple[dict[str, History], int]:
        """Every goal of the goal's patient by its token, all fresh, and the position of the patient's last event.

        Raises:
            LogUnreachable, UnreadableEvent: as :meth:`get`.
        """
        last = await self._log.last_of_patient(goal_id)
        goals = {}
        for each, position in last.items():
            history, _ = await self.get(each)
            if history.position < position:
                await self.refresh(history)
            if not each.is_plan:
                goals[each.goal] = history
        return goals, max(last.values(), default=0)

    def drop(self, goal_id: GoalId) -> None:
        """Forget a history that may no longer be true."""
        self._kept.pop(goal_id, None)
