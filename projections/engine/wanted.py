"""Reading the rows, and the stored states, of many goals at once."""

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel
from sqlalchemy import Connection, FromClause, String, Table, and_, column, select, values

from events.identity import PLAN, GoalId
from projections.engine.projection import Remembered

Model = TypeVar("Model", bound=BaseModel)


def rows_of(table: Table, goal_ids: Sequence[GoalId]) -> FromClause:
    """A table, narrowed to some goals (or patients, when it has no column `goal`) by its key.

    A join, because SQLite looks through the whole table for `(org, patient, goal) IN (…)`.
    """
    names = [name for name in GoalId._fields if name in table.columns]
    keys = [tuple(getattr(goal_id, name) for name in names) for goal_id in goal_ids]
    wanted = values(*(column(name, String) for name in names), name="wanted").data(keys).cte("wanted")
    return wanted.join(table, and_(*(table.c[name] == wanted.c[name] for name in names)))


def stored_states(
    connection: Connection, table: Table, goal_ids: Sequence[GoalId], kind: type[Model]
) -> dict[GoalId, Remembered[Any]]:  # Any: callers put states of several kinds together
    """The states in a table's column `state`, of some goals; a table without a column `goal` is one of plans."""
    if not goal_ids:
        return {}
    key = list(table.primary_key.columns)
    rows = connection.execute(select(*key, table.c.state).select_from(rows_of(table, goal_ids))).all()
    ids = [GoalId(*(*row[:-1], PLAN)[:3]) for row in rows]
    return {
        goal_id: Remembered(kind.model_validate_json(row.state), len(row.state))
        for goal_id, row in zip(ids, rows, strict=True)
    }
