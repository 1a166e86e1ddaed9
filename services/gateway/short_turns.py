"""Short queries of an SQLite file, those of one moment together: in one transaction, at the end of the loop's turn.

Requests that come at the same moment are taken up one after another, and what they ask of the database is asked then
one after another too. Between other work, a query takes several times as long as behind another query: its code and its
pages have to come into the processor's caches again each time.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from projections.engine.short_reads import BrokenOff, ShortReads

_TURN_SECONDS = 0.005
"""How long queries of one moment may hold up the loop before all else has its turn; one by key takes 0.05 ms."""
T = TypeVar("T")


class _Asked(NamedTuple):
    """A query, and who waits for what it finds."""

    query: Callable[[Connection], Any]  # Any: whatever a query finds
    found: asyncio.Future[Any]


class ShortTurns:
    """Runs short queries on the event loop, on one connection.

    Nobody sees less than what was committed when they asked.

    Args:
        engine: Of an SQLite file.
    """

    def __init__(self, engine: Engine):
        self._reads = ShortReads(engine)
        self._asked: deque[_Asked] = deque()

    async def read(self, query: Callable[[Connection], T]) -> T:
        """What the query finds.

        Raises:
            BrokenOff: the database could not answer at once, or there is no connection yet.
        """
        loop = asyncio.get_running_loop()
        found: asyncio.Future[T] = loop.create_future()
        if not self._asked:
            loop.call_soon(self._turn)
        self._asked.append(_Asked(query, found))
        return await found

    def open(self) -> None:
        """Make the connection, if there is none to the file that is there now. It may wait, so it is for a thread."""
        self._reads.open()

    def close(self) -> None:
        """Give the connection up."""
        self._reads.close()

    def _turn(self) -> None:
        """Answer those who wait, until the turn is over. Whoever is broken off asks elsewhere; the next ones go on."""
        try:
            with self._reads.reading() as connection:
                over = monotonic() + _TURN_SECONDS
                while self._asked and monotonic() < over:
                    self._reads.begin_query()
                    _answer(self._asked[0], connection)
                    self._asked.popleft()
        except BrokenOff as broken_off:
            found = self._asked.popleft().found
            if not found.done():
                found.set_exception(broken_off)
        finally:
            if self._asked:
                asyncio.get_running_loop().call_soon(self._turn)


def _answer(asked: _Asked, connection: Connection) -> None:
    query, found = asked
    if found.done():  # whoever asked has gone
        return
    try:
        answer = query(connection)
    except (DBAPIError, sqlite3.Error):
        raise  # the connection is looked after, and the query broken off
    except Exception as error:  # noqa: BLE001 - it is raised where the query was asked
        found.set_exception(error)
    else:
        found.set_result(answer)
