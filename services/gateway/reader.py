"""Running the projections' synchronous queries beside the event loop."""

import asyncio
import logging
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from projections.engine.database import reading
from services.gateway.problems import RequestRefused
from services.gateway.projection_checkpoints import why_not_readable

READERS = 8
"""How many queries run at a time; the engine's pool must hold as many connections."""

_UNREADABLE = "The projections' database cannot be read now."
_log = logging.getLogger("cairn.gateway")
T = TypeVar("T")


class Reader:
    """Reads the database of the projections in a few threads of its own.

    Args:
        streams: All streams that a projection is built from.
    """

    def __init__(self, engine: Engine, streams: Collection[str]):
        self._engine = engine
        self._streams = streams
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="cairn-read")

    async def read(self, query: Callable[[Connection], T], of: str | None = None) -> T:
        """What the query finds, in one read transaction.

        Args:
            of: The projection whose tables it asks, where it asks one's.

        Raises:
            RequestRefused: 503 `projection.unavailable`, when the database cannot answer, or nothing can be read there
                yet.
        """
        try:
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
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def _in_thread(self, query: Callable[[Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._run, query)

    def _run(self, query: Callable[[Connection], T]) -> T:
        with reading(self._engine) as connection:
            return query(connection)
