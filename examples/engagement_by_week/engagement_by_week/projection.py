"""The projection itself: what the entry point in pyproject.toml leads to."""

from collections.abc import Mapping

from sqlalchemy import Connection

from engagement_by_week.projector import Diary, Entry, is_of_a_goal, project
from engagement_by_week.tables import VERSION, tables
from engagement_by_week.views import views
from events.identity import GoalId
from projections.engine.key_lookup import rows_of
from projections.engine.projection import Projection, Remembered, Tables, Upcoming


def load(connection: Connection, build: Tables, upcoming: Upcoming) -> Mapping[GoalId, Remembered[Diary]]:
    """The diaries of the goals whose next events are coming, out of the rows that the projector wrote."""
    goal_ids = list(upcoming)
    entries: dict[GoalId, dict[str, Entry]] = {goal_id: {} for goal_id in goal_ids}
    for row in rows_of(connection, build["entries"], goal_ids):
        entries[GoalId(row.org, row.patient, row.goal)][row.entry] = Entry(row.day, row.done, row.setback)
    found: dict[GoalId, Remembered[Diary]] = {}
    for row in rows_of(connection, build["goals"], goal_ids):
        goal_id = GoalId(row.org, row.patient, row.goal)
        found[goal_id] = Diary(row.version, row.life_area, entries[goal_id]).remembered()
    return found


PROJECTION = Projection(
    name="engagement_by_week",
    version=VERSION,
    declare=tables,
    needs_state=is_of_a_goal,
    load=load,
    project=project,
    views=views,
)
