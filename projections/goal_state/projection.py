"""goal_state: what every goal and plan is now, folded as the goals service folds it."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from events.identity import GoalId
from projections.engine.projection import Projection, Remembered, Tables, always
from projections.goal_state.projector import project
from projections.goal_state.stored import (
    State,
    goal_texts,
    goals_of_texts,
    plan_texts,
    plans_of_texts,
    remembered,
)
from projections.goal_state.tables import VERSION, tables
from projections.goal_state.views import views


def _load(connection: Connection, its: Tables, goal_ids: Sequence[GoalId]) -> Mapping[GoalId, Remembered[State]]:
    plans = plan_texts(connection, its, [goal_id for goal_id in goal_ids if goal_id.is_plan])
    goals = goal_texts(connection, its, [goal_id for goal_id in goal_ids if not goal_id.is_plan])
    states: dict[GoalId, State] = {
        **plans_of_texts(connection, its, plans),
        **goals_of_texts(connection, its, goals),
    }
    texts = {**plans, **goals}
    return {goal_id: remembered(state, texts[goal_id]) for goal_id, state in states.items()}


PROJECTION = Projection(
    name="goal_state",
    version=VERSION,
    declare=tables,
    needs_state=always,
    load=_load,
    project=project,
    views=views,
)
