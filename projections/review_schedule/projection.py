"""review_schedule: when each goal is to be looked at next."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection

from events.goal import GoalState
from events.identity import GoalId
from events.plan import PlanState
from projections.engine.key_lookup import stored_states
from projections.engine.projection import Projection, Remembered, Tables
from projections.review_schedule.projector import State, may_move_a_review, project
from projections.review_schedule.tables import VERSION, tables
from projections.review_schedule.views import views


def _load(connection: Connection, tables: Tables, goal_ids: Collection[GoalId]) -> Mapping[GoalId, Remembered[State]]:
    plans = [goal_id for goal_id in goal_ids if goal_id.is_plan]
    goals = [goal_id for goal_id in goal_ids if not goal_id.is_plan]
    return {
        **stored_states(connection, tables["folded"], plans, PlanState),
        **stored_states(connection, tables["folded"], goals, GoalState),
    }


PROJECTION = Projection(
    name="review_schedule",
    version=VERSION,
    declare=tables,
    needs_state=may_move_a_review,
    load=_load,
    project=project,
    most_together=16_000,
    views=views,
)
