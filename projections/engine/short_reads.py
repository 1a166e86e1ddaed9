"""Short queries of an SQLite file on one connection that is kept, by the thread that asks: an event loop's own.

To take a connection from the pool and to hand the query to a thread takes several times as long as such a query does.
None can hold up the loop: one that finds the file locked, or is not at its end in time, is broken off.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from math import inf
from threading import Lock
from time import monotonic
from typing import cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from projections.engine.database_file import is_replaced

_MOST_SECONDS = 0.02
"""How long a query may take in the database before it is broken off."""
_STEPS_BETWEEN_LOOKS = 1000
"""After how many steps of SQLite's virtual machine the clock is looked at; a query by key takes some hundred."""


class BrokenOff(Exception):
    """The query cannot be answered here; it may be asked again on a connection that waits."""


class ShortReads:
    """One connection for short queries, one after another.

    Args:
        engine: Of an SQLite file.
        most_seconds: How long a query may take in the database.
    """

    def __init__(self, engine: Engine, most_seconds: float = _MOST_SECONDS):
        self._engine = engine
        self._most_seconds = most_seconds
        self._kept: Connection | None = None
        self._former: list[Connection] = []
        self._opening = Lock()
        self._until = 0.0

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """The connection for queries, all of which see one state of the database.

        Raises:
            BrokenOff: the database could not answer at once, or there is no connection yet.
        """
        self._close_former()
        kept = self._kept
        if kept is None or is_replaced(kept):
            raise BrokenOff
        driver = _driver_of(kept)
        self.begin_query()
        try:
            driver.execute("BEGIN")
            yield kept
        except (DBAPIError, sqlite3.Error) as error:
            if not self._is_late():
                self.close()
            raise BrokenOff from error
        finally:
            self._until = inf  # the end of a reading is not broken off
            with suppress(sqlite3.Error):  # of a connection that was given up there is nothing to end
                if driver.in_transaction:
                    driver.execute("COMMIT")

    def begin_query(self) -> None:
        """Give the next query of a reading its time: each is broken off by itself."""
        self._until = monotonic() + self._most_seconds

    def open(self) -> None:
        """Make the connection, if there is none to the file that is there now. It may wait, so it is for a thread.

        The former one may be in use meanwhile; whoever reads next closes it.
        """
        with self._opening:
            former = self._kept
            if former is not None and not is_replaced(former):
                return
            connection = self._engine.connect()
            driver = _driver_of(connection)
            connection.detach()  # the pool must not hand it to those who can wait
            # For SQLAlchemy it is one transaction; each reading begins and ends its own, at a sixth of the cost.
            connection.begin()
            driver.execute("COMMIT")
            driver.execute("PRAGMA busy_timeout = 0")
            driver.set_progress_handler(self._is_late, _STEPS_BETWEEN_LOOKS)
            self._kept = connection
            if former is not None:
                self._former.append(former)

    def close(self) -> None:
        """Give the connection up, by the thread that reads."""
        kept, self._kept = self._kept, None
        if kept is not None:
            self._former.append(kept)
        self._close_former()

    def _close_former(self) -> None:
        while self._former:
            with suppress(DBAPIError):
                self._former.pop().close()

    def _is_late(self) -> bool:
        return monotonic() > self._until


def _driver_of(connection: Connection) -> sqlite3.Connection:
    return cast(sqlite3.Connection, connection.connection.dbapi_connection)
