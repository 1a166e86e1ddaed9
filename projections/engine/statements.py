"""Statements that run again and again: compiled once, and given to SQLite's driver as they are.

For a batch of one event, and for a page of a list, SQLAlchemy takes several times as long for a statement as SQLite
itself does. PostgreSQL is asked through SQLAlchemy, which notices a connection that was lost.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import CompilerElement
from sqlalchemy.sql.selectable import SelectBase

_Convert = Callable[[Any], object]  # values of any column
_Slots = Sequence[tuple[str, _Convert | None]]
_SQLITE = sqlite.dialect()
_MOST_QUERIES = 1024
"""How many texts of queries are kept: lists are asked in many shapes."""
Values = tuple[Any, ...]
"""The values of a row, of any types."""


def execute(connection: Connection, statement: Executable, parameters: Mapping[str, object]) -> int:
    """Run a statement that is kept, by its parameters' names; how many rows it has changed.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: as SQLAlchemy does.
    """
    if connection.dialect.name != "sqlite":
        return connection.execute(statement, parameters).rowcount
    text, slots, constants = _compiled(statement)
    return run(connection, text, _values(slots, {**constants, **parameters} if constants else parameters))


def execute_many(connection: Connection, statement: Executable, rows: Sequence[Mapping[str, object]]) -> None:
    """Give SQLite's driver a statement that is kept for each of many rows of parameters.

    Raises:
        sqlalchemy.exc.DBAPIError: as SQLAlchemy does.
    """
    text, slots, constants = _compiled(statement)
    run_many(connection, text, [_values(slots, {**constants, **row}) for row in rows])


def fetch(connection: Connection, query: Executable, parameters: Mapping[str, object]) -> Sequence[Values]:
    """The rows of a query that is kept, by its parameters' names: the values of each, of the types of its columns.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: as SQLAlchemy does.
    """
    if connection.dialect.name != "sqlite":
        return [tuple(row) for row in connection.execute(query, parameters)]
    text, slots, constants, made = _compiled_query(query)
    values = [*constants]
    for slot, name, convert in slots:
        values[slot] = convert(parameters[name]) if convert else parameters[name]
    try:
        found: list[Values] = _driver(connection).execute(text, values).fetchall()
    except sqlite3.Error as error:
        raise _wrapped(connection, text, error) from error
    if not made or not found:
        return found
    columns: list[Iterable[object]] = list(zip(*found, strict=True))
    for slot, convert in made:
        columns[slot] = map(convert, columns[slot])
    return list(zip(*columns, strict=True))


def run(connection: Connection, text: str, values: Sequence[object] = ()) -> int:
    """Give SQLite's driver a statement; how many rows it has changed.

    Raises:
        sqlalchemy.exc.DBAPIError: as SQLAlchemy does.
    """
    try:
        cursor: sqlite3.Cursor = _driver(connection).execute(text, values)
        return cursor.rowcount
    except sqlite3.Error as error:
        raise _wrapped(connection, text, error) from error


def run_many(connection: Connection, text: str, rows: Iterable[Sequence[object]]) -> None:
    """Give SQLite's driver a statement for each of many rows.

    Raises:
        sqlalchemy.exc.DBAPIError: as SQLAlchemy does.
    """
    try:
        _driver(connection).executemany(text, rows)
    except sqlite3.Error as error:
        raise _wrapped(connection, text, error) from error


def _driver(connection: Connection) -> Any:  # the driver's connection has no common type across drivers
    return connection.connection.dbapi_connection


def _wrapped(connection: Connection, text: str, error: sqlite3.Error) -> BaseException:
    """As SQLAlchemy wraps an error; without the values, which may be a patient's words."""
    return cast(
        BaseException,
        DBAPIError.instance(text, None, error, sqlite3.Error, hide_parameters=True, dialect=connection.dialect),
    )


class _Query(NamedTuple):
    """A query as SQLite's driver takes it.

    Attributes:
        slots: The places in the text that are filled at each time: the name of the parameter, and what makes the
            driver's value of it.
        constants: The driver's values of all places; None in those.
        made: What makes the values of a column out of those of the driver, by the place of the column, where it takes
            that.
    """

    text: str
    slots: Sequence[tuple[int, str, _Convert | None]]
    constants: Sequence[object]
    made: Sequence[tuple[int, _Convert]]


@lru_cache(_MOST_QUERIES)
def _compiled_query(query: Executable) -> _Query:
    compiled = _sqlite(query)
    made = [
        (slot, convert)
        for slot, column in enumerate(cast(SelectBase, query).selected_columns)
        if (convert := column.type.dialect_impl(_SQLITE).result_processor(_SQLITE, None)) is not None
    ]
    slots, constants = _slots(compiled), _constants(compiled)
    given = [(slot, name, convert) for slot, (name, convert) in enumerate(slots) if name not in constants]
    values = _values(slots, {**{name: None for _, name, _ in given}, **constants})
    return _Query(str(compiled), given, values, made)


@cache
def _compiled(statement: Executable) -> tuple[str, _Slots, Mapping[str, object]]:
    """The text, its slots and its constants, as a :class:`_Query` has them."""
    compiled = _sqlite(statement)
    return str(compiled), _slots(compiled), _constants(compiled)


def _sqlite(statement: Executable) -> SQLCompiler:
    return cast(SQLCompiler, cast(CompilerElement, statement).compile(dialect=_SQLITE))


def _slots(compiled: SQLCompiler) -> _Slots:
    return [
        (name, compiled.binds[name].type.dialect_impl(_SQLITE).bind_processor(_SQLITE))
        for name in compiled.positiontup or ()
    ]


def _constants(compiled: SQLCompiler) -> Mapping[str, object]:
    return {name: bind.value for name, bind in compiled.binds.items() if not bind.required}


def _values(slots: _Slots, given: Mapping[str, object]) -> list[object]:
    return [convert(given[name]) if convert else given[name] for name, convert in slots]
