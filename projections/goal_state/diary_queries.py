"""What the diary of a goal tells: its entries by days or one after the other, and the levels that it stood at."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Connection, ScalarSelect, Table, bindparam, select

from events.identity import GoalId
from projections.engine.paging import AnyRow, Json, Place, paged_rows, without_index
from projections.engine.quarantine import refuse_if_quarantined
from projections.engine.statements import fetch
from projections.goal_state.patient.levels import LevelOfEntry, LevelSeen, levels_over_time
from projections.goal_state.quarantined import IS_QUARANTINED, quarantined_of_rows
from projections.goal_state.stored_states import entry_columns, of_the_goal, read_entry, state_without_diary
from projections.goal_state.tables import tables

_NAME = "goal_state"
_GOALS, _DOCUMENTS, _ENTRIES = (tables()[name] for name in ("goals", "documents", "entries"))
_ENTRIES_TO_READ = select(*entry_columns(_ENTRIES))
_ITSELF = select(*(_GOALS.c[name] for name in (*GoalId._fields, "version")), IS_QUARANTINED).where(
    *(_GOALS.c[name] == bindparam(name) for name in GoalId._fields)
)


def entries(
    connection: Connection,
    goal_id: GoalId,
    *,
    first: date | None = None,
    last: date | None = None,
    newest_first: bool = False,
    limit: int = 100,
    cursor: str | None = None,
) -> Json | None:
    """The diary of a goal as it is now, in the order in which its entries came in: `items` and `next`; None when there
    is no such goal.

    An item is an entry as :class:`events.goal.state.ProgressEntry` has it. `first_on` and `last_on` are the days of the
    whole diary that are told of first and last. `quarantined` is as in :func:`events.goal.reading.read_goal`.

    Args:
        first, last: Only entries that are about these days and those between them.

    Raises:
        BadCursor: when the cursor is not from this list.
        GoalIsQuarantined: there is such a goal, and nothing of it could be taken in.
    """
    row = connection.execute(_ITSELF, goal_id._asdict()).one_or_none()
    if row is None:
        refuse_if_quarantined(connection, _NAME, goal_id)
        return None
    days = [*((_ENTRIES.c.day >= first,) if first else ()), *((_ENTRIES.c.day <= last,) if last else ())]
    # The entries of some days are found by these, and sorted; else by the goal, in their order.
    version = without_index(_ENTRIES.c.version) if days else _ENTRIES.c.version
    wanted = _ENTRIES_TO_READ.where(*(_BY_DAYS if days else _of_goal(_ENTRIES)), *days)

    def fetch_rows(last_told: Place | None, most: int) -> Sequence[AnyRow]:
        query = wanted
        if last_told is not None:
            query = query.where(version < last_told[0] if newest_first else version > last_told[0])
        ordered = query.order_by(version.desc() if newest_first else version).limit(most)
        return connection.execute(ordered, goal_id._asdict()).all()

    rows, following = paged_rows(
        fetch_rows, of="entries", kinds=(int,), key=lambda each: (each.version,), limit=limit, cursor=cursor
    )
    quarantined = quarantined_of_rows(connection, [row]).get(goal_id)
    ((first_on, last_on),) = fetch(connection, _DAYS, goal_id._asdict())
    return {
        "items": [read_entry(each) for each in rows],
        "next": following,
        "first_on": first_on,
        "last_on": last_on,
        "quarantined": quarantined,
    }


def levels(connection: Connection, goal_id: GoalId) -> list[LevelSeen] | None:
    """Every level that was told of a goal, by the days; None when there is no such goal.

    Raises:
        GoalIsQuarantined: there is such a goal, and nothing of it could be taken in.
    """
    row = connection.execute(_DOCUMENT, goal_id._asdict()).one_or_none()
    if row is None:
        refuse_if_quarantined(connection, _NAME, goal_id)
        return None
    told = [LevelOfEntry._make(each) for each in fetch(connection, _LEVELS, goal_id._asdict())]
    goal = state_without_diary(goal_id, row.version, row.position, row.recorded_at, row.document)
    return levels_over_time(goal, told)


def _of_goal(table: Table) -> list[ColumnElement[bool]]:
    return [table.c[name] == bindparam(name) for name in GoalId._fields]


def _end(day: ColumnElement[date], *, last: bool) -> ScalarSelect[date]:
    """The first or the last day of a diary, as an index tells it."""
    return select(day).where(*_BY_DAYS).order_by(day.desc() if last else day).limit(1).scalar_subquery()


# By its key the whole diary would be found, and looked through.
_BY_DAYS = [
    *(_ENTRIES.c[name] == bindparam(name) for name in ("org", "patient")),
    without_index(_ENTRIES.c.goal) == bindparam("goal"),
]
_DAYS = select(_end(_ENTRIES.c.day, last=False), _end(_ENTRIES.c.day, last=True))
_LEVELS = (
    select(_ENTRIES.c.day, _ENTRIES.c.version, _ENTRIES.c.level)
    .where(*_of_goal(_ENTRIES), _ENTRIES.c.level.is_not(None))
    .order_by(_ENTRIES.c.day, _ENTRIES.c.version)
)
_DOCUMENT = (
    select(*(_GOALS.c[name] for name in ("version", "position", "recorded_at")), _DOCUMENTS.c.document)
    .select_from(_GOALS.join(_DOCUMENTS, of_the_goal(_DOCUMENTS, _GOALS)))
    .where(*_of_goal(_GOALS))
)
