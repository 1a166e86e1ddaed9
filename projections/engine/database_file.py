"""The file of an SQLite database: is what stands at its path still what was opened?

A file that is deleted, or that another one is renamed over, stays what it was for whoever has it open: they would go on
reading and writing what nobody else will ever see. So each transaction compares the file at the path with the one that
its connection has open, and a connection to a former one is given up.

The write-ahead log (`-wal`) and its index (`-shm`) have names of their own, and SQLite would read the log of the former
file into the one that is there now, and spoil it. So they are removed with the former file, if they are still its own.
The directory is locked meanwhile, as several processes find out about it at the same time.
"""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

_OPENED = "cairn_files"
_PATH = "cairn_path"
_BEFORE = "cairn_file_before"
_log = logging.getLogger("cairn.projections")


class _Identity(NamedTuple):
    """What tells a file from every other that exists at the same time."""

    device: int
    inode: int


class _Files(NamedTuple):
    """What a connection has open."""

    database: _Identity | None
    log: _Identity | None


class DatabaseFile:
    """The file at one path, and which one the connections of an engine have open."""

    def __init__(self, path: Path):
        self._path = path
        self._log_path = path.with_name(f"{path.name}-wal")
        self._index_path = path.with_name(f"{path.name}-shm")
        self._lock = Lock()
        self._opened: _Files | None = None

    def watched_by(self, engine: Engine) -> None:
        """Look at the file whenever the engine makes a connection or begins to use one. Called behind the pragmas."""
        event.listen(engine, "do_connect", self._before_connecting)
        event.listen(engine, "connect", self._connected)
        event.listen(engine, "checkout", self._before_use)

    # The driver's connections, and what they are made from, have no common type across drivers.
    def _before_connecting(self, _dialect: Any, record: ConnectionPoolEntry, _args: Any, _options: Any) -> None:
        there = record.info[_BEFORE] = _identity(self._path)
        opened = self._opened
        if opened is not None and opened.database != there:
            self._put_away(opened)

    def _connected(self, connection: Any, record: ConnectionPoolEntry) -> None:
        # Whoever has just made the database opens its log only when it reads.
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        # If the file was replaced in this moment, it is the former one that counts: the next use finds that out.
        database = record.info.pop(_BEFORE, None) or _identity(self._path)
        self._opened = record.info[_OPENED] = _Files(database, _identity(self._log_path))
        record.info[_PATH] = str(self._path)

    def _before_use(self, _connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        opened: _Files = record.info[_OPENED]
        if _identity(self._path) != opened.database:
            _log.warning("the database file was deleted or replaced; going on with what is at its path")
            # As long as this connection has the former log open, no other file gets its inode.
            self._put_away(opened)
            raise InvalidatePoolError("The database file was deleted or replaced.")

    def _put_away(self, former: _Files) -> None:
        """Remove the log and the index of a former file, if nobody has done so yet."""
        # A folder that is gone too has nothing left to remove.
        with self._lock, suppress(FileNotFoundError), _locked(self._path.parent):
            if former.log is not None and _identity(self._log_path) == former.log:
                for path in (self._log_path, self._index_path):
                    path.unlink(missing_ok=True)


def is_replaced(connection: Connection) -> bool:
    """Whether another file than the one that a connection has open stands at its path, or none.

    For a connection that is kept: one that comes from the pool was looked at when it was taken.
    """
    path: str | None = connection.info.get(_PATH)
    return path is not None and _identity(path) != connection.info[_OPENED].database


def _identity(path: Path | str) -> _Identity | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - a Path takes twice as long, and this is asked before every short reading
    except OSError:
        return None
    return _Identity(found.st_dev, found.st_ino)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, which leaves nothing behind and cannot be taken for one of SQLite's."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
