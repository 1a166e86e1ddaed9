"""Reading the rows, and the stored states, of many goals at once."""

from collections.abc import Collection
from typing import Any, TypeVar

from pydantic import BaseModel
from pydantic_core import to_json
from sqlalchemy import Connection, FromClause, String, Table, Text, and_, bindparam, literal_column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from events.identity import PLAN, GoalId
from projections.engine.projection import Remembered

Model = TypeVar("Model", bound=BaseModel)


def rows_of(table: Table, goal_ids: Collection[GoalId]) -> FromClause:
    """A table, narrowed to some goals (or patients, when it has no column `goal`) by its key.

    A join, because SQLite looks through the whole table for `(org, patient, goal) IN (…)`.
    """
    names = [name for name in GoalId._fields if name in table.columns]
    keys = [[getattr(goal_id, name) for name in names] for goal_id in goal_ids]
    wanted = json_elements(bindparam(None, to_json(keys).decode(), Text)).table_valued("value", name="wanted")
    told = [json_item(wanted.c.value, literal_column(str(place))) for place in range(len(names))]
    return wanted.join(table, and_(*(table.c[name] == its for name, its in zip(names, told, strict=True))))


class json_elements(GenericFunction[Any]):
    """The elements of a JSON array, as rows: one value to send, however many there are."""

    inherit_cache = True


class json_item(GenericFunction[str]):
    """One text of a JSON array, by its place."""

    type = String()
    inherit_cache = True


@compiles(json_elements)
def _on_postgresql(element: json_elements, compiler: SQLCompiler, **options: Any) -> str:  # Any: the compiler's own
    return f"json_array_elements(CAST({compiler.process(element.clauses, **options)} AS json))"


@compiles(json_elements, "sqlite")
def _on_sqlite(element: json_elements, compiler: SQLCompiler, **options: Any) -> str:  # Any: as above
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(json_item)
def _item_on_postgresql(element: json_item, compiler: SQLCompiler, **options: Any) -> str:  # Any: as above
    array, place = (compiler.process(each, **options) for each in element.clauses)
    return f"({array} ->> {place})"


@compiles(json_item, "sqlite")
def _item_on_sqlite(element: json_item, compiler: SQLCompiler, **options: Any) -> str:  # Any: as above
    # Not ->> either: SQLite has it only since 3.38.
    array, place = (compiler.process(each, **options) for each in element.clauses)
    return f"json_extract({array}, '$[{place}]')"


def stored_states(
    connection: Connection, table: Table, goal_ids: Collection[GoalId], kind: type[Model]
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
