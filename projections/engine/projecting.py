"""From the events of many goals to their row changes: with the states before them, which are remembered or loaded."""

from collections.abc import Mapping, Sequence
from typing import Generic

from sqlalchemy import Engine

from events.event import RecordedEvent
from events.identity import GoalId
from projections.engine.database import reading
from projections.engine.decoding import project_goal
from projections.engine.memory import Memory
from projections.engine.projection import Projected, Projection, State, Tables
from projections.engine.quarantine import Quarantined

_GOALS_PER_LOAD = 2_000
"""How many goals' states one query loads."""


class Projecting(Generic[State]):
    """Projects batches in order, and remembers what the goals have come to.

    Args:
        tables: Where states are loaded from that are not remembered.
    """

    def __init__(self, engine: Engine, projection: Projection[State], tables: Tables):
        self._engine = engine
        self._projection = projection
        self._tables = tables
        self._memory: Memory[State] = Memory()

    def project(
        self, by_goal: Mapping[GoalId, Sequence[RecordedEvent]]
    ) -> tuple[dict[GoalId, Projected[State]], list[Quarantined]]:
        """The changes of each goal, and the events for quarantine."""
        states = self._states(by_goal)
        projected: dict[GoalId, Projected[State]] = {}
        refused: list[Quarantined] = []
        for goal_id, events in by_goal.items():
            taken, rest = project_goal(self._projection, states.get(goal_id), events)
            refused += rest
            if taken is not None:
                projected[goal_id] = taken
        return projected, refused

    def remember(self, projected: Mapping[GoalId, Projected[State]]) -> None:
        """Keep the states in mind, now that the changes are in the tables."""
        kept = self._projection.kept
        for goal_id, each in projected.items():
            if each.after is not None:
                self._memory.keep(goal_id, kept(each.after))

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
        for start in range(0, len(unknown), _GOALS_PER_LOAD):
            some = dict(unknown[start : start + _GOALS_PER_LOAD])
            with reading(self._engine) as connection:
                loaded = self._projection.load(connection, self._tables, some)
            states.update((goal_id, remembered.state) for goal_id, remembered in loaded.items())
        return states
