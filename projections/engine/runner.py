"""The loop that every projection runs in: follow the log from the checkpoint, write batch by batch, for ever."""

import asyncio
import logging
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from functools import partial
from typing import Generic, ParamSpec, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from events.log import Log
from events.log.stream import STREAM
from projections.engine.announcing import Announcer
from projections.engine.checkpoint import CheckpointMoved, TablesChanged
from projections.engine.database import without_patient_text
from projections.engine.fetching import Demand, fetched_ahead
from projections.engine.projection import State
from projections.engine.readers import AGAIN_SECONDS, TablesInUse
from projections.engine.writer import ProjectionWriter, Superseded

MOST_EVENTS = 4_000
"""About how many events one transaction takes in while catching up."""
_STAND_BY_SECONDS = 1.0
_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0

_log = logging.getLogger("cairn.projections")
_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class Runner(Generic[State]):
    """Keeps one projection up with one stream of the log.

    The database is used in a thread of its own, so that the connection to NATS stays alive meanwhile. Trouble with
    the database is waited out. A second copy that finds the checkpoint moved stands by until the first falls silent.

    Args:
        streams: All streams that the projection is built from.
    """

    def __init__(
        self, log: Log, announcer: Announcer, writer: ProjectionWriter[State], streams: Collection[str] = (STREAM,)
    ):
        self._log = log
        self._announcer = announcer
        self._writer = writer
        self._streams = streams
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"projection-{writer.key.projection}")
        self._started: Callable[[int], None] | None = None

    async def run(self, started: Callable[[int], None]) -> None:
        """Run until cancelled; a transaction that has begun is finished first.

        Args:
            started: Called once, with the checkpoint: as soon as the database has given it when the tables can be
                read, and otherwise with the first batch that has gone into those that are being built.
        """
        self._started = started
        name = self._writer.key.projection
        pause = _FIRST_PAUSE_SECONDS
        trouble: str | None = None
        standing_by = False
        try:
            while True:
                before = self._writer.position
                try:
                    await self._in_thread(self._writer.resume)
                    standing_by = False
                    if trouble:
                        await self._in_thread(self._writer.note, "catching_up", error=trouble)
                        trouble = None
                    await self._follow()
                except TablesChanged:
                    _log.info("%s: the tables were changed; going on with them", name)
                except CheckpointMoved:
                    _log.info("%s: another copy is at work; standing by", name)
                    standing_by = True
                    await self._announcer.silence(self._writer.key, _STAND_BY_SECONDS)
                except Superseded as error:
                    _log.warning("%s", error)
                    standing_by = True
                    await asyncio.sleep(_LONGEST_PAUSE_SECONDS)
                except SQLAlchemyError as error:
                    trouble = without_patient_text(error)
                    pause = _FIRST_PAUSE_SECONDS if self._writer.position > before else pause
                    _log.warning("%s: the database: %s; trying again in %.1f s", name, trouble, pause)
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
        finally:
            if not standing_by:
                with suppress(SQLAlchemyError):
                    await self._in_thread(self._writer.stopped)
            self._thread.shutdown()

    async def _follow(self) -> None:
        """Follow the log for as long as the tables are the same."""
        writer = self._writer
        if writer.is_live:
            await self._tell()
        demand = Demand()
        async with aclosing(fetched_ahead(self._log.follow_from_afar(writer.position), MOST_EVENTS, demand)) as batches:
            async for batch in batches:
                if batch.messages:
                    await self._in_thread(writer.take, batch.messages, batch.head, demand.now_threadsafe)
                else:
                    await self._in_thread(writer.note, "live", batch.head)
                complete = not writer.is_live and writer.position >= writer.head
                if complete and await self._go_live():
                    return
                await self._tell()

    async def _go_live(self) -> bool:
        """Put what was built beside in the place of the live tables; False if they have gone further meanwhile."""
        writer, told = self._writer, False
        while True:
            try:
                done = await self._in_thread(writer.go_live, self._streams)
            except TablesInUse:
                if not told:
                    _log.info("%s: built; a query of the live tables is waited for", writer.key.projection)
                    told = True
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                if done:
                    _log.info("%s: version %d is live", writer.key.projection, writer.version)
                return done

    async def _tell(self) -> None:
        await self._announcer.announce(self._writer.key, self._writer.position)
        if self._started:
            self._started(self._writer.position)
            self._started = None

    async def _in_thread(
        self, work: Callable[_Arguments, _Result], *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> _Result:
        running = asyncio.get_running_loop().run_in_executor(self._thread, partial(work, *args, **kwargs))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.wait([running])
            raise
