"""audit_trail: everything that happened, by whom and when, and what each revision changed."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection

from events.identity import GoalId
from projections.audit_trail.differences import State
from projections.audit_trail.events import recorded_events
from projections.audit_trail.projector import fold, project, tells_before_and_after
from projections.audit_trail.tables import VERSION, tables
from projections.audit_trail.views import views
from projections.engine.projection import Projection, Remembered, Tables


def _load(connection: Connection, tables: Tables, goal_ids: Collection[GoalId]) -> Mapping[GoalId, Remembered[State]]:
    """Fold the goals' own rows. Revisions are rare, so this costs less than keeping every goal's state at hand."""
    states: dict[GoalId, State] = {}
    for recorded in recorded_events(connection, tables, goal_ids):
        state = fold(states.get(recorded.goal_id), recorded)
        if state is not None:
            states[recorded.goal_id] = state
    return {goal_id: Remembered(state, 0) for goal_id, state in states.items()}


PROJECTION = Projection(
    name="audit_trail",
    version=VERSION,
    declare=tables,
    needs_state=tells_before_and_after,
    load=_load,
    project=project,
    views=views,
)
