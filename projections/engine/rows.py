"""Writing row changes: one statement for each table and batch, put together once, and as little as can be between it
and the driver, which takes longer than the database does.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pydantic_core import to_json
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Date,
    Table,
    Text,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy import column as sql_column
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import Executable
from sqlalchemy.sql.dml import UpdateBase

from projections.engine.columns import Instant
from projections.engine.projection import Projected, Row, Tables
from projections.engine.statements import run_many

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

_Kind = Literal["delete", "update", "upsert"]
_KEY = "key_"
"""Before the names of keys, because those of columns are taken by what is set."""
_ByTable = dict[str, list[Row]]
_AsTexts = Callable[[Sequence[Any]], Sequence[object]]  # Any: each column has a type of its own
_Values = Callable[[Sequence[Row]], list[tuple[object, ...]]]


class Changes(NamedTuple):
    """The changes of many goals, by table: see :class:`Projected`."""

    deletes: _ByTable
    updates: _ByTable
    upserts: _ByTable


def collect(projected: Iterable[Projected[Any]]) -> Changes:  # Any: rows do not depend on the state's type
    """The changes of many goals, table by table."""
    changes = Changes(defaultdict(list), defaultdict(list), defaultdict(list))
    deletes, updates, upserts = changes
    for each in projected:
        for table, rows in each.upserts.items():
            upserts[table] += rows
        for table, rows in each.updates.items():
            updates[table] += rows
        for table, rows in each.deletes.items():
            deletes[table] += rows
    return changes


def write(connection: Connection, tables: Tables, changes: Changes) -> None:
    """Apply changes in the caller's transaction."""
    kinds: tuple[_Kind, ...] = ("delete", "update", "upsert")
    for kind, by_table in zip(kinds, changes, strict=True):
        for name, rows in by_table.items():
            if rows:
                _write(connection, kind, tables[name], rows)


def upsert(connection: Connection, table: Table) -> Executable:
    """`INSERT … ON CONFLICT (primary key) DO UPDATE` of every other column."""
    return _upsert(connection.dialect.name, table)


@cache
def _upsert(dialect: str, table: Table) -> Executable:
    return _or_update(insert_of(dialect, table), table.columns)


def insert_of(dialect: str, table: Table) -> "postgresql.Insert | sqlite.Insert":
    """An `INSERT` as a database has it, with its `ON CONFLICT`."""
    if dialect != "postgresql":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - it takes memory, of those alone who have that database

    return postgresql.insert(table)


def _or_update(
    insert: "postgresql.Insert | sqlite.Insert", columns: Iterable[Column[Any]]
) -> "postgresql.Insert | sqlite.Insert":
    others = {column.name: insert.excluded[column.name] for column in columns if not column.primary_key}
    keys = list(insert.table.primary_key)
    return insert.on_conflict_do_update(index_elements=keys, set_=others) if others else insert.on_conflict_do_nothing()


def _write(connection: Connection, kind: _Kind, table: Table, rows: Sequence[Row]) -> None:
    names = tuple(rows[0])
    if connection.dialect.name == "postgresql":
        connection.execute(_all_at_once(kind, table, names), {"rows": to_json(rows).decode()})
    else:
        statement, values = _one_by_one(kind, table, names)
        run_many(connection, statement, values(rows))


@cache
def _all_at_once(kind: _Kind, table: Table, names: tuple[str, ...]) -> Executable:
    """For PostgreSQL, which takes the rows out of one JSON array: one value to send, however many rows there are."""
    rows = bindparam("rows", type_=Text).op("::")(literal_column("json"))
    shape: ColumnElement[Any] = literal_column(f"NULL::{table.name}")
    columns = [table.c[name] for name in names]
    given = (
        func.json_populate_recordset(shape, rows)
        .table_valued(*(sql_column(column.name, column.type) for column in columns))
        .alias("given")
    )
    same_key = [column == given.c[column.name] for column in columns if column.primary_key]
    match kind:
        case "delete":
            return delete(table).where(*same_key)
        case "update":
            new = {column.name: given.c[column.name] for column in columns if not column.primary_key}
            return update(table).where(*same_key).values(new)
        case "upsert":
            return _or_update(insert_of("postgresql", table).from_select(names, select(*given.c)), columns)


@cache
def _one_by_one(kind: _Kind, table: Table, names: tuple[str, ...]) -> tuple[str, _Values]:
    """For SQLite: the statement for one row, and what makes the values for it out of rows."""
    columns = [table.c[name] for name in names]
    same_key = [column == bindparam(f"{_KEY}{column.name}") for column in columns if column.primary_key]
    statement: UpdateBase
    match kind:
        case "delete":
            statement = delete(table).where(*same_key)
        case "update":
            new: dict[str, object] = {
                column.name: bindparam(column.name) for column in columns if not column.primary_key
            }
            statement = update(table).where(*same_key).values(new)
        case "upsert":
            statement = _or_update(sqlite.insert(table).values({name: bindparam(name) for name in names}), columns)
    compiled = statement.compile(dialect=sqlite.dialect())
    return str(compiled), _values(table, [name.removeprefix(_KEY) for name in compiled.positiontup or ()])


def _values(table: Table, names: Sequence[str]) -> _Values:
    """What SQLite's driver takes: days and instants as text. Column by column, which is quicker than row by row."""
    # With the first name twice, because of one name alone an itemgetter makes no tuple.
    pick = itemgetter(names[0], *names)
    written_as_text = [(slot, as_texts) for slot, name in enumerate(names) if (as_texts := _as_texts(table.c[name]))]

    def values(rows: Sequence[Row]) -> list[tuple[object, ...]]:
        picked: Iterator[Sequence[object]] = zip(*map(pick, rows), strict=True)
        _, *columns = picked
        for slot, as_texts in written_as_text:
            columns[slot] = as_texts(columns[slot])
        return list(zip(*columns, strict=True))

    return values


def _as_texts(column: Column[Any]) -> _AsTexts | None:  # Any: each column has a type of its own
    if isinstance(column.type, Instant):
        return column.type.as_texts
    return _days_as_texts if isinstance(column.type, Date) else None


def _days_as_texts(values: Sequence[date | None]) -> list[str | None]:
    return [None if value is None else value.isoformat() for value in values]
