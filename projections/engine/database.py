"""The database that holds the projections: one URL, SQLite or PostgreSQL, short transactions."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from events.errors import CairnError
from projections.engine.database_file import DatabaseFile, is_replaced
from projections.engine.pooling import heed_poolers
from projections.engine.statements import run

_WRITES = "cairn_writes"
_TURNS = "cairn_turns"
_SQLITE_PRAGMAS = (
    "busy_timeout = 30000",
    "journal_mode = WAL",
    # A power cut may take the last transactions back, but always rows and checkpoint together: they are built again.
    "synchronous = NORMAL",
    # A page that changes again and again is carried over to the file less often; the log beside it stays below 64 MB.
    "wal_autocheckpoint = 16000",
    # A reader that has kept it from being begun anew, so that it grew, leaves no more than that behind.
    "journal_size_limit = 67108864",
    # Views read the tables of that name, also when another build has been given it.
    "legacy_alter_table = ON",
)
_CACHE_KIB = 32 * 1024
"""How much of an SQLite file each connection keeps at hand."""
_CACHE_KIB_IN_BULK = 16 * 1024
"""The same of the connection that writes, for whoever takes in many events at once. What a large transaction needs is
found in the kernel's cache as well, and a larger one of its own makes the process grow with the file."""
_READING_CACHE_KIB_IN_BULK = 2 * 1024
"""The same of those that read then: SQLite forgets what they have read with the next transaction."""
_DRIVERS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}


class Cache(NamedTuple):
    """How much of an SQLite file connections keep at hand, in KiB.

    Attributes:
        reading: Each of those that read.
        writing: The one that writes.
    """

    reading: int = _CACHE_KIB
    writing: int = _CACHE_KIB


AS_USUAL = Cache()
IN_BULK = Cache(_READING_CACHE_KIB_IN_BULK, _CACHE_KIB_IN_BULK)
"""For whoever takes in many events at once."""


class UnusableDatabase(CairnError):
    """The address is not one of a database that projections can be kept in."""


def open_database(url: str, *, cache: Cache = AS_USUAL) -> Engine:
    """Open the projections' database; connections are made when they are needed.

    An SQLite file that is deleted or replaced meanwhile is noticed with the next transaction, which uses what is in its
    slot. Errors name no values, because rows hold what patients wrote.

    Args:
        url: `sqlite:///path` (the folder is made when it is missing) or `postgresql://…`.
        cache: How much of an SQLite file connections keep at hand.

    Raises:
        UnusableDatabase: when it is neither, the file's folder cannot be made, or the driver is not installed.
    """
    address = address_of(url)
    if address.get_backend_name() == "sqlite":
        file = _file(address)
        engine = create_engine(address, hide_parameters=True, poolclass=QueuePool, pool_use_lifo=True)
        turns = _Turns(engine, cache.writing)
        engine.update_execution_options(**{_TURNS: turns})
        event.listen(engine, "engine_disposed", turns.close)
        event.listen(engine, "connect", partial(_configure_sqlite, cache.reading))
        event.listen(engine, "begin", _begin_sqlite)
        DatabaseFile(file).watched_by(engine)
        return engine
    try:
        # Said, as the driver would otherwise take that of the database, and give bytes where it has none (SQL_ASCII).
        texts = {"client_encoding": "utf8"}
        engine = create_engine(address, hide_parameters=True, pool_pre_ping=True, connect_args=texts)
    except ModuleNotFoundError as error:
        raise UnusableDatabase("PostgreSQL needs its driver: pip install 'psycopg[binary]'.") from error
    heed_poolers(engine)
    return engine


def address_of(url: str) -> URL:
    """The address of a database that projections can be kept in, with the driver that is used.

    Raises:
        UnusableDatabase: it is none.
    """
    try:
        address = make_url(url)
    except ArgumentError:  # which repeats the address, and that may hold a password
        raise UnusableDatabase(
            "The database's address must be sqlite:///path or postgresql://user@host/name."
        ) from None
    if address.drivername not in _DRIVERS:
        raise UnusableDatabase(
            f"Projections are kept in SQLite (sqlite:///path) or PostgreSQL (postgresql://user@host/name), not in"
            f" {address.drivername}."
        )
    return address.set(drivername=_DRIVERS[address.drivername])


def _file(address: URL) -> Path:
    """The file of an SQLite database, in a folder that is there."""
    if not address.database or address.database == ":memory:":
        raise UnusableDatabase(
            "A database in memory is nothing for projections, as each process would have one of its own. Name a file:"
            " sqlite:///path."
        )
    file = Path(address.database)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnusableDatabase(
            f"The folder {file.parent} of the database cannot be made: {error.strerror}. Make it, for the user of this,"
            " or name another."
        ) from None
    return file


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

    On SQLite it takes the write lock at its start, because a lock that is asked for half way can be refused. Those of
    one process take turns, as SQLite would have them try again and again, with longer and longer pauses.
    """
    turns: _Turns | None = engine.get_execution_options().get(_TURNS)
    if turns is not None:
        with turns.next() as connection, connection.begin():
            yield connection
        return
    with engine.begin() as connection:
        yield connection


class _Turns:
    """The write transactions of an SQLite file, one after another, on one connection that is kept.

    It has at hand what was written last; and to take one from the pool, and to give it back, takes as long as the rest
    of a transaction of one event.
    """

    def __init__(self, engine: Engine, cache_kib: int):
        self._engine = engine
        self._cache_kib = cache_kib
        self._lock = Lock()
        self._kept: Connection | None = None

    @contextmanager
    def next(self) -> Iterator[Connection]:
        """The connection, when those before are done. After an error the next one begins with another."""
        with self._lock:
            connection = self._connection()
            try:
                yield connection
            except BaseException:
                self._kept = None
                connection.close()
                raise

    def close(self, _engine: Engine) -> None:
        """Give the connection up. The engine has closed all others."""
        with self._lock:
            kept, self._kept = self._kept, None
            if kept is not None:
                kept.detach()  # or it would go back into the pool, and stay open
                kept.close()

    def _connection(self) -> Connection:
        if self._kept is not None and is_replaced(self._kept):
            # Given back, it is found to be of a former file as soon as it is taken again.
            self._kept.close()
            self._kept = None
        if self._kept is None:
            self._kept = self._engine.connect().execution_options(**{_WRITES: True})
            run(self._kept, f"PRAGMA cache_size = -{self._cache_kib}")
        return self._kept


def without_patient_text(error: SQLAlchemyError) -> str:
    """The database's first line; what follows it may quote a row."""
    lines = str(error.orig if isinstance(error, DBAPIError) and error.orig else error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else 'no reason given'}"


# The driver's connection has no common type across drivers.
def _configure_sqlite(cache_kib: int, connection: Any, _record: object) -> None:
    connection.isolation_level = None  # Cairn begins its transactions itself, below.
    for pragma in (*_SQLITE_PRAGMAS, f"cache_size = -{cache_kib}"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    run(connection, "BEGIN IMMEDIATE" if connection.get_execution_options().get(_WRITES, False) else "BEGIN")
