"""goal_state: what every goal and plan is now, folded as the goals service folds it."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from events.goal import GoalState
from events.identity import GoalId
from events.plan import PlanState
from projections.engine.projection import Projection, Remembered, Tables, always
from projections.engine.wanted import stored_states
from projections.goal_state.projector import State, project
from projections.goal_state.tables import VERSION, tables


def goal_state(version: int = VERSION) -> Projection[State]:
    """The projection on the tables of one version."""
    its = tables(version)
    return Projection(
        name="goal_state",
        version=version,
        tables=its,
        needs_state=always,
        load=lambda connection, goal_ids: _load(connection, its, goal_ids),
        project=project,
    )


def _load(connection: Connection, its: Tables, goal_ids: Sequence[GoalId]) -> Mapping[GoalId, Remembered[State]]:
    plans = [goal_id for goal_id in goal_ids if goal_id.is_plan]
    goals = [goal_id for goal_id in goal_ids if not goal_id.is_plan]
    return {
        **stored_states(connection, its["plans"], plans, PlanState),
        **stored_states(connection, its["goals"], goals, GoalState),
    }


PROJECTION = goal_state()
