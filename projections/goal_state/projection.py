"""goal_state: what every goal and plan is now, folded as the goals service folds it."""

from collections.abc import Mapping

from sqlalchemy import Connection

from events.identity import GoalId
from projections.engine.projection import Projection, Remembered, Tables, Upcoming, always
from projections.goal_state.caseload_rows import add_up
from projections.goal_state.goals_before_events import goals_before_events
from projections.goal_state.projector import State, project
from projections.goal_state.stored_states import plans
from projections.goal_state.tables import VERSION, tables
from projections.goal_state.views import views


def _load(connection: Connection, tables: Tables, upcoming: Upcoming) -> Mapping[GoalId, Remembered[State]]:
    goals = {goal_id: events for goal_id, events in upcoming.items() if not goal_id.is_plan}
    states: dict[GoalId, State] = {
        **plans(connection, tables, [goal_id for goal_id in upcoming if goal_id.is_plan]),
        **goals_before_events(connection, tables, goals),
    }
    return {goal_id: Remembered(state, 0) for goal_id, state in states.items()}


PROJECTION = Projection(
    name="goal_state",
    version=VERSION,
    declare=tables,
    needs_state=always,
    load=_load,
    project=project,
    views=views,
    remembers=False,
    add_up=add_up,
)
