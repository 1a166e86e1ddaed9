"""audit_trail: everything that happened, by whom and when, and what each revision changed."""

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import Connection

from events.identity import GoalId
from events.payload import Payload
from projections.audit_trail.differences import State
from projections.audit_trail.events import events_of_types, last_versions
from projections.audit_trail.projector import fold, kinds_told_by, project, tells_before_and_after
from projections.audit_trail.tables import VERSION, tables
from projections.audit_trail.views import views
from projections.engine.projection import Projection, Remembered, Tables, Upcoming


def _load(connection: Connection, tables: Tables, upcoming: Upcoming) -> Mapping[GoalId, Remembered[State]]:
    """Fold the goals' own rows, as far as they tell what the next events change.

    Revisions are rare, so this costs less than keeping every goal's state at hand.
    """
    by_kinds: dict[frozenset[type[Payload]], list[GoalId]] = defaultdict(list)
    for goal_id, events in upcoming.items():
        by_kinds[kinds_told_by(events)].append(goal_id)
    states: dict[GoalId, State] = {}
    for kinds, goal_ids in by_kinds.items():
        types = frozenset(kind.type_name for kind in kinds)
        for recorded in events_of_types(connection, tables, goal_ids, types):
            state = fold(states.get(recorded.goal_id), recorded)
            if state is not None:
                states[recorded.goal_id] = state
    versions = last_versions(connection, tables, list(states))
    return {
        goal_id: Remembered(state.with_changes({"version": versions[goal_id]}), 0) for goal_id, state in states.items()
    }


PROJECTION = Projection(
    name="audit_trail",
    version=VERSION,
    declare=tables,
    needs_state=tells_before_and_after,
    load=_load,
    project=project,
    views=views,
)
