"""goal_state: what every goal and plan is now, folded as the goals service folds it."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from events.event import RecordedEvent
from events.identity import GoalId
from events.plan import PlanState
from projections.engine.projection import Projection, Remembered, Tables, Upcoming, always
from projections.goal_state.caseload_rows import add_up
from projections.goal_state.goals_before_events import (
    GoalBeforeEvents,
    goals_before_events,
    needs_no_more_than_diary,
)
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


def in_brief(after: Remembered[State]) -> Remembered[State]:
    """A goal as far as diary entries need it, by far the most frequent events; all of a plan."""
    state, weight = after
    if isinstance(state, PlanState) or (state.goal is None and state.entries is None):
        return after
    return Remembered(GoalBeforeEvents(state.version, state.diary, None, None), weight)


def suffices(state: State, events: Sequence[RecordedEvent]) -> bool:
    """Whether that is enough for the next events."""
    return isinstance(state, PlanState) or needs_no_more_than_diary(state.diary, events)


PROJECTION = Projection(
    name="goal_state",
    version=VERSION,
    declare=tables,
    needs_state=always,
    load=_load,
    project=project,
    views=views,
    kept=in_brief,
    suffices=suffices,
    most_together=32_000,
    add_up=add_up,
)
