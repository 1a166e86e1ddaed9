"""Writing row changes: one statement for each table and batch, put together once, and as little as can be between it
and the driver, which takes longer than the database does.
"""

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
from projections.engine.statements import Values, run_many

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

_Kind = Literal["delete", "update", "upsert"]
_KEY = "key_"
"""Before the names of keys, because those of columns are taken by what is set."""
_AsTexts = Callable[[Sequence[Any]], Sequence[object]]  # Any: each column has a type of its own


class Rows:
    """Rows of one table with values in the same columns. As dictionaries they would take three times the memory.

    Args:
        names: Of those columns.
    """

    def __init__(self, names: tuple[str, ...]):
        self.names = names
        # With the first name twice, because of one name alone an itemgetter makes no tuple.
        self._pick = itemgetter(names[0], *names)
        self._picked: list[Values] = []

    def add(self, rows: Iterable[Row]) -> None:
        """Put rows behind those that are there."""
        self._picked += map(self._pick, rows)

    def columns(self) -> dict[str, Sequence[Any]]:  # Any: each column has a type of its own
        """The values of each column, in the order of the rows."""
        return dict(zip(self.names, list(zip(*self._picked, strict=True))[1:], strict=True))


_ByTable = dict[str, Rows]
_Values = Callable[[Rows], Iterator[Values]]


class Changes(NamedTuple):
    """The changes of many goals, by table: see :class:`Projected`."""

    deletes: _ByTable
    updates: _ByTable
    upserts: _ByTable

    def add(self, projected: Projected[Any]) -> None:  # Any: rows do not depend on the state's type
        """Add those of one more goal."""
        for by_table, rows_by_table in (
            (self.upserts, projected.upserts),
            (self.updates, projected.updates),
            (self.deletes, projected.deletes),
        ):
            for table, rows in rows_by_table.items():
                if rows:
                    if (there := by_table.get(table)) is None:
                        there = by_table[table] = Rows(tuple(rows[0]))
                    there.add(rows)


def no_changes() -> Changes:
    """None yet."""
    return Changes({}, {}, {})


def collect(projected: Iterable[Projected[Any]]) -> Changes:  # Any: as above
    """The changes of many goals, table by table."""
    changes = no_changes()
    for each in projected:
        changes.add(each)
    return changes


def write(connection: Connection, tables: Tables, changes: Changes) -> None:
    """Apply changes in the caller's transaction."""
    kinds: tuple[_Kind, ...] = ("delete", "update", "upsert")
    for kind, by_table in zip(kinds, changes, strict=True):
        for name, rows in by_table.items():
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


def _write(connection: Connection, kind: _Kind, table: Table, rows: Rows) -> None:
    if connection.dialect.name == "postgresql":
        columns = rows.columns()
        as_json = to_json([dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)])
        connection.execute(_all_at_once(kind, table, rows.names), {"rows": as_json.decode()})
    else:
        statement, values = _one_by_one(kind, table, rows.names)
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
    written_as_text = {name: as_texts for name in names if (as_texts := _as_texts(table.c[name]))}

    def values(rows: Rows) -> Iterator[Values]:
        columns: dict[str, Sequence[object]] = {**rows.columns()}
        for name, as_texts in written_as_text.items():
            columns[name] = as_texts(columns[name])
        return zip(*[columns[name] for name in names], strict=True)

    return values


def _as_texts(column: Column[Any]) -> _AsTexts | None:  # Any: each column has a type of its own
    if isinstance(column.type, Instant):
        return column.type.as_texts
    return _days_as_texts if isinstance(column.type, Date) else None


def _days_as_texts(values: Sequence[date | None]) -> list[str | None]:
    return [None if value is None else value.isoformat() for value in values]
