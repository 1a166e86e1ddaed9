"""Running the projections' synchronous queries beside the event loop."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from projections.engine.database import reading
from services.gateway.problems import Refused

READERS = 8
"""How many queries run at a time; the engine's pool must hold as many connections."""

_log = logging.getLogger("cairn.gateway")
T = TypeVar("T")


class Reader:
    """Reads the database of the projections in a few threads of its own."""

    def __init__(self, engine: Engine):
        self._engine = engine
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="cairn-read")

    async def read(self, query: Callable[[Connection], T]) -> T:
        """What the query finds, in one read transaction.

        Raises:
            Refused: 503 `projection.unavailable`, when the database cannot answer.
        """
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._run, query)
        except SQLAlchemyError as error:
            # The statement and its parameters, which may be a patient's text, stay out of the log line.
            _log.warning("the projections' database cannot be read: %s", type(error).__name__)
            raise Refused(
                503, "projection.unavailable", "The projections' database cannot be read now. Try again."
            ) from None

    def close(self) -> None:
        """Let running queries end, and take no more."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _run(self, query: Callable[[Connection], T]) -> T:
        with reading(self._engine) as connection:
            return query(connection)
