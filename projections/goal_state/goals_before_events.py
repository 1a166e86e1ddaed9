"""A goal as far as its next events need it, out of its rows."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from sqlalchemy import Connection, Table, select

from events.event import RecordedEvent
from events.goal import GoalState
from events.goal.entries import ProgressEntry
from events.goal.types import ProgressLogged
from events.identity import GoalId
from projections.engine.key_lookup import GOAL, lookup, wanted
from projections.engine.paging import AnySelect
from projections.engine.projection import Tables, Upcoming
from projections.goal_state.diary import Diary, asks_for_all, read_diary
from projections.goal_state.stored_states import diaries, of_the_goal, state_without_diary


class GoalBeforeEvents(NamedTuple):
    """What is known of a goal before its next events.

    Attributes:
        version: Of its last event.
        goal: After its last event that was no diary entry, without its diary; None where only entries come next.
        entries: Its whole diary; None where nothing that comes next has to be seen against all of it.
    """

    version: int
    diary: Diary
    goal: GoalState | None
    entries: tuple[ProgressEntry, ...] | None


def goals_before_events(
    connection: Connection, tables: Tables, upcoming: Upcoming
) -> Mapping[GoalId, GoalBeforeEvents]:
    """What is needed of some goals; those that are not there are left out."""
    brief = {goal_id for goal_id, events in upcoming.items() if _only_entries(events)}
    known = {
        **_known(connection, tables, list(brief), whole=False),
        **_known(connection, tables, [goal_id for goal_id in upcoming if goal_id not in brief], whole=True),
    }
    all_asked = [goal_id for goal_id, its_known in known.items() if asks_for_all(its_known.diary, upcoming[goal_id])]
    known.update(_known(connection, tables, all_asked, whole=True))
    entries = diaries(connection, tables, all_asked)
    for goal_id in all_asked:
        known[goal_id] = known[goal_id]._replace(entries=tuple(entries.get(goal_id, ())))
    return known


def needs_no_more_than_diary(diary: Diary, events: Sequence[RecordedEvent]) -> bool:
    """Whether a goal's next events are entries which neither the goal nor its whole diary is needed for."""
    return _only_entries(events) and not asks_for_all(diary, events)


def _only_entries(events: Sequence[RecordedEvent]) -> bool:
    return all(type(recorded.event.data) is ProgressLogged for recorded in events)


def _known(
    connection: Connection, tables: Tables, goal_ids: Sequence[GoalId], *, whole: bool
) -> dict[GoalId, GoalBeforeEvents]:
    if not goal_ids:
        return {}
    rows = connection.execute(_rows(tables["goals"], tables["documents"] if whole else None), wanted(goal_ids, GOAL))
    return {
        goal_id: GoalBeforeEvents(
            version, read_diary(diary), state_without_diary(goal_id, version, *of_the_document) if whole else None, None
        )
        for org, patient, goal, version, diary, *of_the_document in rows.all()
        for goal_id in (GoalId(org, patient, goal),)
    }


@cache
def _rows(goals: Table, documents: Table | None) -> AnySelect:
    columns = [goals.c[name] for name in ("org", "patient", "goal", "version", "diary")]
    if documents is None:
        return select(*columns).select_from(lookup(goals, GOAL))
    of_the_document = (goals.c.position, goals.c.recorded_at, documents.c.document)
    return select(*columns, *of_the_document).select_from(
        lookup(goals, GOAL).join(documents, of_the_goal(documents, goals))
    )
