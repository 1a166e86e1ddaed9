"""A bounded memory of folded states, so that a busy goal is not read back from its row for every batch."""

from collections import OrderedDict
from typing import Generic

from events.identity import GoalId
from projections.engine.projection import Remembered, State

MOST_CHARACTERS_REMEMBERED = 4 * 1024 * 1024
"""Of stored text, of all the states that are remembered; as objects they take about ten times as many bytes."""
MOST_CHARACTERS_REMEMBERED_IN_BULK = 256 * 1024
"""The same while a long log is caught up with: a batch is then about so many goals that few are remembered from the one
before, and the state of each is loaded once for many events."""


class Memory(Generic[State]):
    """The most recently used states. What falls out is loaded from the tables when it is needed again.

    Attributes:
        capacity: How many characters of stored text they may come to.
    """

    def __init__(self, capacity: int = MOST_CHARACTERS_REMEMBERED):
        self.capacity = capacity
        self._weight = 0
        self._kept: OrderedDict[GoalId, Remembered[State]] = OrderedDict()

    def recall(self, goal_id: GoalId) -> State | None:
        """The state of a goal, if it is remembered."""
        kept = self._kept.get(goal_id)
        if kept is None:
            return None
        self._kept.move_to_end(goal_id)
        return kept.state

    def keep(self, goal_id: GoalId, remembered: Remembered[State]) -> None:
        """Remember a state in the place of the goal's former one, at the cost of the longest unused."""
        former = self._kept.pop(goal_id, None)
        self._weight += remembered.weight - (former.weight if former else 0)
        self._kept[goal_id] = remembered
        while self._weight > self.capacity and len(self._kept) > 1:
            self._weight -= self._kept.popitem(last=False)[1].weight

    def forget(self, goal_id: GoalId) -> None:
        """Remember a goal no longer: what it has come to is in the tables alone."""
        former = self._kept.pop(goal_id, None)
        if former is not None:
            self._weight -= former.weight
