"""Running the projections' synchronous queries: short ones at once, others beside the event loop.

A short query, one by key, of an SQLite file is answered on the loop itself (`short_turns.py`): there is nothing to wait
for, and threads that take turns with the loop take several times as long. All others, and those of PostgreSQL, run in
threads. There, too, short ones have threads of their own, so that no list or report holds them up.
"""

import asyncio
import logging
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from projections.engine.database import reading
from projections.engine.short_reads import BrokenOff
from services.gateway.problems import RequestRefused
from services.gateway.projection_checkpoints import why_not_readable
from services.gateway.short_turns import ShortTurns

READERS = 4
"""How many queries run at a time; more than there are cores for them only get in each other's way."""
SHORT_READERS = 2
"""How many short queries of PostgreSQL run at a time beside these; the engine's pool must hold connections for both."""

SHORT_PAGE = 100
"""The most items of a page of a list whose query is a short one: by an index, and without its rows made into models."""

_UNREADABLE = "The projections' database cannot be read now."
_log = logging.getLogger("cairn.gateway")
T = TypeVar("T")


class Reader:
    """Reads the database of the projections.

    Args:
        streams: All streams that a projection is built from.
    """

    def __init__(self, engine: Engine, streams: Collection[str]):
        self._engine = engine
        self._streams = streams
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="cairn-read")
        self._short_threads = ThreadPoolExecutor(SHORT_READERS, thread_name_prefix="cairn-short-read")
        self._short_turns = ShortTurns(engine) if engine.dialect.name == "sqlite" else None

    async def read(self, query: Callable[[Connection], T], of: str | None = None, *, short: bool = False) -> T:
        """What the query finds, in one read transaction.

        Args:
            of: The projection whose tables it asks, where it asks one's.
            short: Whether it finds what it wants by key, and not much of it. It may be asked twice.

        Raises:
            RequestRefused: 503 `projection.unavailable`, when the database cannot answer, or nothing can be read there
                yet.
        """
        try:
            if short:
                return await self._at_once(query)
            return await self._in_thread(query)
        except SQLAlchemyError as error:
            # The statement and its parameters, which may be a patient's text, stay out of the log line.
            _log.warning("the projections' database cannot be read: %s", type(error).__name__)
            raise await self.refusal(of) from None

    async def refusal(self, of: str | None = None) -> RequestRefused:
        """The answer when a projection cannot be read: with how far it is, when it is being built."""
        try:
            why = of and await self._in_thread(lambda connection: why_not_readable(connection, of, self._streams))
        except SQLAlchemyError:
            why = None
        return RequestRefused("projection.unavailable", f"{why or _UNREADABLE} Try again.")

    def close(self) -> None:
        """Let running queries end, and take no more."""
        for threads in (self._threads, self._short_threads):
            threads.shutdown(wait=True, cancel_futures=True)
        if self._short_turns is not None:
            self._short_turns.close()

    async def _at_once(self, query: Callable[[Connection], T]) -> T:
        if self._short_turns is None:
            return await asyncio.get_running_loop().run_in_executor(self._short_threads, self._run, query)
        try:
            return await self._short_turns.read(query)
        except BrokenOff:
            return await self._in_thread(query)

    async def _in_thread(self, query: Callable[[Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._run, query)

    def _run(self, query: Callable[[Connection], T]) -> T:
        with reading(self._engine) as connection:
            found = query(connection)
        if self._short_turns is not None:
            self._short_turns.open()
        return found
