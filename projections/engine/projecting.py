"""From the events of many goals to their row changes: with the states before them, which are remembered or loaded."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Generic, NamedTuple

from sqlalchemy import Engine

from events.event import RecordedEvent
from events.identity import GoalId
from projections.engine.database import reading
from projections.engine.decoding import project_goal
from projections.engine.memory import MOST_CHARACTERS_REMEMBERED, Memory
from projections.engine.projection import Projection, Remembered, State, Tables
from projections.engine.quarantine import Quarantined
from projections.engine.rows import Changes, no_changes

_GOALS_AT_A_TIME = 500
"""How many goals' states one query loads. A batch may be about many more, whose states would take too much memory."""


class Outcome(NamedTuple):
    """What events of many goals come to.

    Attributes:
        patients: Those, by their plans, for whom rows may add up to something else now (`Projection.add_up`).
        refused: The events for quarantine.
    """

    changes: Changes
    patients: set[GoalId]
    refused: list[Quarantined]


class Projecting(Generic[State]):
    """Projects batches in order, and remembers what the goals have come to.

    Args:
        tables: Where states are loaded from that are not remembered.
        remembers: How many characters of stored text the states that are remembered may come to.
    """

    def __init__(
        self,
        engine: Engine,
        projection: Projection[State],
        tables: Tables,
        remembers: int = MOST_CHARACTERS_REMEMBERED,
    ):
        self._engine = engine
        self._projection = projection
        self._tables = tables
        self._memory: Memory[State] = Memory(remembers)
        self._after: dict[GoalId, Remembered[State] | None] = {}
        """What to keep in mind of the last batch; None of a goal of which there is no room to keep it."""

    def project(self, goals: Iterable[tuple[GoalId, Sequence[RecordedEvent]]]) -> Outcome:
        """What the next events of some goals come to.

        Args:
            goals: Each with its events, once. They are taken a number at a time, so that the events of a large batch
                are not all there at once.
        """
        self._after.clear()
        outcome = Outcome(no_changes(), set(), [])
        room = self._memory.capacity
        all_goals = iter(goals)
        while some := dict(islice(all_goals, _GOALS_AT_A_TIME)):
            states = self._states(some)
            for goal_id, events in some.items():
                taken, rest = project_goal(self._projection, states.get(goal_id), events)
                outcome.refused.extend(rest)
                if taken is None:
                    continue
                outcome.changes.add(taken)
                if taken.adds_up_anew:
                    outcome.patients.add(goal_id.plan)
                if taken.after is not None:
                    kept = self._projection.kept(taken.after)
                    room -= kept.weight
                    self._after[goal_id] = kept if room >= 0 or not self._after else None
        return outcome

    def remember(self) -> None:
        """Keep the states after the last batch in mind, now that its changes are in the tables."""
        for goal_id, kept in self._after.items():
            if kept is None:
                self._memory.forget(goal_id)
            else:
                self._memory.keep(goal_id, kept)
        self._after.clear()

    def _states(self, by_goal: Mapping[GoalId, Sequence[RecordedEvent]]) -> dict[GoalId, State]:
        """What is known of the goals before these events, as far as the projector needs it."""
        states: dict[GoalId, State] = {}
        unknown: list[tuple[GoalId, Sequence[RecordedEvent]]] = []
        for goal_id, events in by_goal.items():
            state = self._memory.recall(goal_id)
            if state is not None and self._projection.suffices(state, events):
                states[goal_id] = state
            elif events[0].version > 1 and self._projection.needs_state(events):
                unknown.append((goal_id, events))
        if unknown:
            with reading(self._engine) as connection:
                loaded = self._projection.load(connection, self._tables, dict(unknown))
            states.update((goal_id, remembered.state) for goal_id, remembered in loaded.items())
        return states
