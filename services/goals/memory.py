"""The histories in memory, up to a limit; the least recently used is dropped first."""

from collections import OrderedDict
from collections.abc import Callable, Iterator

from events.identity import GoalId
from services.goals.history import History

EVENTS_PER_HISTORY = 100
"""How many events the histories may have on average. Long histories are large; with them, fewer are kept."""
_HISTORIES_PER_UNPACKED_ONE = 10
"""Of so many histories that are kept one is ready for use; unpacking another one costs less than a submission does."""


class Memory:
    """Keeps histories, limited by their number and by the number of their events. Those used last are not packed.

    Args:
        limit: How many histories are kept at most; their events are at most :data:`EVENTS_PER_HISTORY` times as many.
        leaving: Called with each history that is dropped because the limit is reached.
    """

    def __init__(self, limit: int, leaving: Callable[[History], None]):
        self._limit = limit
        self._leaving = leaving
        self._most_events = limit * EVENTS_PER_HISTORY
        self._most_unpacked = max(1, limit // _HISTORIES_PER_UNPACKED_ONE)
        self._kept: OrderedDict[GoalId, History] = OrderedDict()
        self._unpacked: OrderedDict[GoalId, History] = OrderedDict()
        self._all_events = 0

    def __iter__(self) -> Iterator[History]:
        """The histories, the most recently used first."""
        return reversed(self._kept.values())

    def get(self, goal_id: GoalId) -> History | None:
        """The history of an id, if it is in memory."""
        history = self._kept.get(goal_id)
        if history is not None:
            self._kept.move_to_end(goal_id)
            self._used(history)
        return history

    def keep(self, history: History) -> None:
        """Keep a history, in the place of another of the same id."""
        self.drop(history.goal_id)
        history.counted = 0
        self._kept[history.goal_id] = history
        self._used(history)
        self._count(history)

    def grown(self, history: History) -> None:
        """Count the events that a history has gained; nothing happens when it is not in memory."""
        if self._kept.get(history.goal_id) is history:
            if history.goal_id not in self._unpacked:
                self._used(history)
            self._count(history)

    def drop(self, goal_id: GoalId) -> None:
        """Forget a history."""
        history = self._kept.pop(goal_id, None)
        if history is not None:
            self._unpacked.pop(goal_id, None)
            self._all_events -= history.counted

    def clear(self) -> None:
        """Forget all histories."""
        self._kept.clear()
        self._unpacked.clear()
        self._all_events = 0

    def _used(self, history: History) -> None:
        self._unpacked[history.goal_id] = history
        self._unpacked.move_to_end(history.goal_id)
        if len(self._unpacked) > self._most_unpacked:
            _, unused = self._unpacked.popitem(last=False)
            unused.pack()

    def _count(self, history: History) -> None:
        self._all_events += history.version - history.counted
        history.counted = history.version
        while len(self._kept) > self._limit or (self._all_events > self._most_events and len(self._kept) > 1):
            oldest = next(iter(self._kept.values()))
            self.drop(oldest.goal_id)
            self._leaving(oldest)
