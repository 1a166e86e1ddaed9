"""The database that holds the projections: one URL, SQLite or PostgreSQL, short transactions."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url

_WRITES = "cairn_writes"
_SQLITE_PRAGMAS = (
    "busy_timeout = 30000",
    "journal_mode = WAL",
    # A power cut may take the last transactions back, but always rows and checkpoint together: they are built again.
    "synchronous = NORMAL",
    "cache_size = -32768",
    "wal_autocheckpoint = 4000",
    # Views read the tables of that name, also when another build has been given it.
    "legacy_alter_table = ON",
)


def open_database(url: str) -> Engine:
    """Open the projections' database; connections are made when they are needed.

    Errors name no values, because rows hold what patients wrote.

    Args:
        url: `sqlite:///path` (the folder is made when it is missing) or `postgresql://…`.
    """
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        if address.database:
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(address, hide_parameters=True)
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    return create_engine(address, hide_parameters=True, pool_pre_ping=True)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection for queries, all of which see one state of the database."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One write transaction: committed at the end, rolled back on any error.

    On SQLite it takes the write lock at its start, because a lock that is asked for half way can be refused.
    """
    with engine.connect() as connection:
        connection.execution_options(**{_WRITES: True})
        with connection.begin():
            yield connection


# The driver's connection has no common type across drivers.
def _configure_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # Cairn begins its transactions itself, below.
    for pragma in _SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
