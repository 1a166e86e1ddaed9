"""Statements that run again and again: compiled once, and given to SQLite's driver as they are.

For a batch of one event SQLAlchemy takes several times as long for a statement as SQLite itself does. PostgreSQL is
asked through SQLAlchemy, which notices a connection that was lost.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import Connection
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import CompilerElement

_Convert = Callable[[Any], object]  # values of any column
_SQLITE = sqlite.dialect()


def execute(connection: Connection, statement: Executable, parameters: Mapping[str, object]) -> int:
    """Run a statement that is kept, by its parameters' names; how many rows it has changed.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: as SQLAlchemy does.
    """
    if connection.dialect.name != "sqlite":
        return connection.execute(statement, parameters).rowcount
    text, slots = _compiled(statement)
    values = [convert(parameters[name]) if convert else parameters[name] for name, convert in slots]
    return run(connection, text, values)


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


def run_many(connection: Connection, text: str, rows: Sequence[Sequence[object]]) -> None:
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


@cache
def _compiled(statement: Executable) -> tuple[str, Sequence[tuple[str, _Convert | None]]]:
    """The text, and for each place in it the name of its parameter and what makes the driver's value of it."""
    compiled = cast(SQLCompiler, cast(CompilerElement, statement).compile(dialect=_SQLITE))
    slots = [
        (name, compiled.binds[name].type.dialect_impl(_SQLITE).bind_processor(_SQLITE))
        for name in compiled.positiontup or ()
    ]
    return str(compiled), slots
