"""Reading the rows, and the stored states, of many goals at once."""

from collections.abc import Collection, Iterable
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel
from pydantic_core import to_json
from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    String,
    Subquery,
    Table,
    TableValuedAlias,
    Text,
    and_,
    bindparam,
    func,
    literal_column,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from events.identity import GoalId
from projections.engine.paging import AnyRow, AnySelect
from projections.engine.projection import Remembered

Model = TypeVar("Model", bound=BaseModel)


PATIENT, GOAL = GoalId._fields[:2], GoalId._fields


@cache
def lookup(table: Table, names: tuple[str, ...]) -> FromClause:
    """A table, narrowed to the values of some of its columns that :func:`wanted` names.

    For statements that are put together once and asked again and again: SQLAlchemy takes longer to put one together
    than a database to answer it. It is a join, because SQLite looks through a whole table for `(org, patient) IN (…)`.

    Args:
        names: :data:`PATIENT` or :data:`GOAL`.
    """
    keys, key_parts = _wanted(names)
    return keys.join(table, and_(*(table.c[name] == part for name, part in zip(names, key_parts, strict=True))))


def narrowed(table: Table, column: str, elements: type["id_elements"]) -> FromClause:
    """A table, narrowed to one organisation, the parameter `org`, and to the values of a column that the parameter
    `wanted` names in a JSON array.

    Args:
        elements: :class:`id_elements` or :class:`number_elements`.
    """
    keys, condition = _narrowing(table, column, elements)
    return keys.join(table, condition)


def of_each(table: Table, column: str, elements: type["id_elements"], *conditions: ColumnElement[bool]) -> FromClause:
    """As :func:`narrowed`, to the rows that meet further conditions; a value without any has one row of nulls.

    For a condition about a column behind those in an index. Where SQLite has counted few patients with many rows each,
    it skips the patient, and looks through everybody's rows for the condition: an outer join it cannot turn round.
    """
    keys, condition = _narrowing(table, column, elements)
    return keys.outerjoin(table, and_(condition, *conditions))


def _narrowing(
    table: Table, column: str, elements: type["id_elements"]
) -> tuple[TableValuedAlias, ColumnElement[bool]]:
    keys = elements(bindparam("wanted", type_=Text)).table_valued("value", name="wanted")
    org: ColumnElement[str] = bindparam("org", type_=String)
    if elements is id_elements:
        # The same as by itself; but without statistics SQLite would take the rows of an organisation for few, and
        # look at each of them.
        org = func.coalesce(org, keys.c.value)
    return keys, and_(table.c.org == org, table.c[column] == keys.c.value)


@cache
def wanted_keys(names: tuple[str, ...]) -> Subquery:
    """The values that :func:`wanted` names, as a table with columns of these names."""
    _, key_parts = _wanted(names)
    return select(*(part.label(name) for name, part in zip(names, key_parts, strict=True))).subquery("wanted_keys")


def _wanted(names: tuple[str, ...]) -> tuple[TableValuedAlias, list[ColumnElement[str]]]:
    keys = json_elements(bindparam("wanted", type_=Text)).table_valued("value", name="wanted")
    return keys, [json_item(keys.c.value, literal_column(str(place))) for place in range(len(names))]


def wanted(goal_ids: Iterable[GoalId], names: tuple[str, ...]) -> dict[str, str]:
    """The parameter of a statement about a :func:`lookup`."""
    return {"wanted": to_json([goal_id[: len(names)] for goal_id in goal_ids]).decode()}


def rows_of(connection: Connection, table: Table, goal_ids: Collection[GoalId]) -> Iterable[AnyRow]:
    """The rows of some goals (or patients, when the table has no column `goal`), whole and in no order."""
    return connection.execute(_whole(table), wanted(goal_ids, _key(table))) if goal_ids else ()


@cache
def _whole(table: Table) -> AnySelect:
    return select(table).select_from(lookup(table, _key(table)))


def _key(table: Table) -> tuple[str, ...]:
    return GOAL if "goal" in table.columns else PATIENT


class json_elements(GenericFunction[Any]):
    """The elements of a JSON array, as rows: one value to send, however many there are."""

    inherit_cache = True


class json_item(GenericFunction[str]):
    """One text of a JSON array, by its place."""

    type = String()
    inherit_cache = True


class id_elements(GenericFunction[Any]):
    """The elements of a JSON array of ids, as rows.

    Ids need no escape in JSON, so that PostgreSQL takes their array for one of its own, and sees how many there are.
    """

    inherit_cache = True
    kind = "text"


class number_elements(id_elements):
    """The elements of a JSON array of whole numbers, as rows."""

    inherit_cache = True
    kind = "bigint"


@compiles(id_elements)
@compiles(number_elements)
def _array_on_postgresql(element: id_elements, compiler: SQLCompiler, **options: Any) -> str:  # Any: the compiler's own
    array = f"translate({compiler.process(element.clauses, **options)}, '[]', '{{}}')"
    return f"(SELECT unnest(CAST({array} AS {element.kind}[])) AS value)"


@compiles(id_elements, "sqlite")
@compiles(number_elements, "sqlite")
def _array_on_sqlite(element: id_elements, compiler: SQLCompiler, **options: Any) -> str:  # Any: as above
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(json_elements)
def _on_postgresql(element: json_elements, compiler: SQLCompiler, **options: Any) -> str:  # Any: the compiler's own
    return f"json_array_elements(CAST({compiler.process(element.clauses, **options)} AS json))"


@compiles(json_elements, "sqlite")
def _on_sqlite(element: json_elements, compiler: SQLCompiler, **options: Any) -> str:  # Any: as above
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(json_item)
def _item_on_postgresql(element: json_item, compiler: SQLCompiler, **options: Any) -> str:  # Any: as above
    array, slot = (compiler.process(each, **options) for each in element.clauses)
    return f"({array} ->> {slot})"


@compiles(json_item, "sqlite")
def _item_on_sqlite(element: json_item, compiler: SQLCompiler, **options: Any) -> str:  # Any: as above
    # Not ->> either: SQLite has it only since 3.38.
    array, slot = (compiler.process(each, **options) for each in element.clauses)
    return f"json_extract({array}, '$[{slot}]')"


def stored_states(
    connection: Connection, table: Table, goal_ids: Collection[GoalId], kind: type[Model]
) -> dict[GoalId, Remembered[Any]]:  # Any: callers put states of several kinds together
    """The states in a table's column `state`, of some goals."""
    if not goal_ids:
        return {}
    return {
        GoalId(*goal_id): Remembered(kind.model_validate_json(state), len(state))
        for *goal_id, state in connection.execute(_states(table), wanted(goal_ids, GOAL))
    }


@cache
def _states(table: Table) -> AnySelect:
    return select(*(table.c[name] for name in GOAL), table.c.state).select_from(lookup(table, GOAL))
