"""The loop that every projection runs in: follow the log from the checkpoint, write batch by batch, for ever."""

import asyncio
import logging
from collections.abc import Callable, Collection
from contextlib import aclosing, suppress
from typing import Generic

from sqlalchemy.exc import SQLAlchemyError

from events.log import Log, LogUnreachable
from events.log.anchor import LogReplaced
from events.log.run_until_first_ends import run_until_first_ends
from events.log.stream import STREAM
from projections.engine.announcing import Announcer
from projections.engine.builds import Superseded
from projections.engine.checkpoint import CheckpointMoved, CheckpointPutBack, TablesChanged
from projections.engine.database import without_patient_text
from projections.engine.fetching import Demand
from projections.engine.healing import read_again
from projections.engine.projection import State
from projections.engine.shared_following import SharedFollowing
from projections.engine.table_locks import LOCK_AGAIN_SECONDS, TablesInUse
from projections.engine.thread import DatabaseThread
from projections.engine.watch import LOOK_SECONDS, Watch
from projections.engine.writer import ProjectionWriter

_STAND_BY_SECONDS = 1.0
"""How long another copy has to be silent before this one takes over."""
_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0
"""The pauses before the database is tried again: each is twice as long as the one before."""
_RESTORE_SECONDS = 10.0
"""How long live tables may be gone before they are built anew: a backup may just be put in their place."""

_log = logging.getLogger("cairn.projections")


class Runner(Generic[State]):
    """Keeps one projection up with one stream of the log.

    Trouble with the database is waited out. A second copy that finds the checkpoint moved stands by until the first
    falls silent. When the log is another one than the tables are of, nothing is written until the right log is there
    again, or others have put tables of this log in place.

    Args:
        following: Of that stream; perhaps for other projections too.
        streams: All streams that the projection is built from.
        level: Called whenever the live tables are at the end of the stream, by whoever ends this then.
    """

    def __init__(
        self,
        log: Log,
        following: SharedFollowing,
        announcer: Announcer,
        writer: ProjectionWriter[State],
        streams: Collection[str] = (STREAM,),
        level: Callable[[], None] | None = None,
    ):
        self._log = log
        self._following = following
        self._announcer = announcer
        self._writer = writer
        self._streams = streams
        self._level = level
        self._thread = DatabaseThread(f"projection-{writer.key.projection}")
        self._watch = Watch(log, writer, self._thread, announcer)
        self._started: Callable[[int], None] | None = None
        self._may_note = False
        self._trouble: str | None = None

    async def run(self, started: Callable[[int], None]) -> None:
        """Run until cancelled; a transaction that has begun is finished first.

        Args:
            started: Called once, with the checkpoint: as soon as the database has given it when the tables can be
                read, and otherwise with the first batch that has gone into those that are being built.
        """
        self._started = started
        name = self._writer.key.projection
        pause = _FIRST_PAUSE_SECONDS
        try:
            while True:
                before = self._writer.position
                try:
                    await self._go_on()
                except TablesChanged as changed:
                    _log.info("%s: %s Going on with what is there.", name, changed)
                except CheckpointPutBack as put_back:
                    _log.warning("%s: %s Going on from there.", name, put_back)
                except CheckpointMoved:
                    _log.info("%s: another copy is at work; standing by", name)
                    self._may_note = False
                    await self._announcer.silence(self._writer.key, _STAND_BY_SECONDS)
                except Superseded as error:
                    _log.warning("%s", error)
                    self._may_note = False
                    await asyncio.sleep(_LONGEST_PAUSE_SECONDS)
                except SQLAlchemyError as error:
                    self._trouble = await self._in_words(error)
                    pause = _FIRST_PAUSE_SECONDS if self._writer.position > before else pause
                    _log.warning("%s: the database: %s; trying again in %.1f s", name, self._trouble, pause)
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
        finally:
            if self._may_note:
                with suppress(SQLAlchemyError):
                    await self._thread.do(self._writer.stopped)
            self._thread.close()

    async def _go_on(self) -> None:
        """Go on from the checkpoint in the database, for as long as tables and log are the same."""
        await self._restored()
        await self._thread.do(self._writer.resume)
        self._may_note = True
        if self._trouble:
            await self._thread.do(self._writer.note, "catching_up", error=self._trouble)
            self._trouble = None
        try:
            with suppress(LogUnreachable):
                await self._watch.look()
            if self._writer.is_live:
                await self._tell()
            await run_until_first_ends(self._follow(), self._watch.forever())
        except LogReplaced:
            self._may_note = False
            await self._stand_still()

    async def _restored(self) -> None:
        """Give whoever puts a backup in the place of the live tables the time to do so."""
        if not self._writer.restored_in_steps:
            return
        for _ in range(int(_RESTORE_SECONDS / LOOK_SECONDS)):
            if not await self._thread.do(self._writer.has_lost_tables):
                return
            await asyncio.sleep(LOOK_SECONDS)

    async def _in_words(self, error: SQLAlchemyError) -> str:
        """What is wrong with the database."""
        with suppress(SQLAlchemyError):
            if await self._thread.do(self._writer.has_lost_tables):
                return f"The tables of {self._writer.key.projection} are not there any more."
        return without_patient_text(error)

    async def _follow(self) -> None:
        """Take in the log, until what was built beside is live."""
        writer = self._writer
        demand = Demand()
        async with aclosing(self._following.batches(writer.anchor, demand, writer.most_together)) as batches:
            async for batch in batches:
                if batch.messages:
                    again = await read_again(self._log, batch.messages)
                    ready, held = demand.now_threadsafe, batch.messages.clear
                    async with self._following.turn:
                        await self._thread.do(
                            writer.take, batch.messages, batch.head, begins=ready, again=again, held=held
                        )
                else:
                    await self._thread.do(writer.note, "live", batch.head)
                complete = not writer.is_live and writer.position >= writer.head
                if complete and await self._go_live():
                    return
                await self._tell()
                if self._level and writer.is_live and writer.position >= writer.head:
                    self._may_note = False  # somebody else goes on with the tables
                    self._level()

    async def _go_live(self) -> bool:
        """Put what was built beside in the place of the live tables; False if they have gone further meanwhile."""
        writer, logged = self._writer, False
        while True:
            with suppress(LogUnreachable):
                await self._watch.look()
            try:
                done = await self._thread.do(writer.go_live, self._streams)
            except TablesInUse:
                if not logged:
                    _log.info("%s: built; a query of the live tables is waited for", writer.key.projection)
                    logged = True
                await asyncio.sleep(LOCK_AGAIN_SECONDS)
            else:
                if done:
                    _log.info("%s: version %d is live", writer.key.projection, writer.version)
                return done

    async def _stand_still(self) -> None:
        """Say that the log is another one, until it is the right one again.

        Raises:
            TablesChanged: others are in place.
            sqlalchemy.exc.SQLAlchemyError: the database does not answer.
        """
        reported: LogReplaced | None = None
        while True:
            try:
                await self._watch.look()
            except LogReplaced as found:
                # Told first: nothing is to be recorded any more by the time when anyone can read why.
                await self._announcer.announce_replaced(found)
                if reported is None or reported.head != found.head:
                    _log.warning("%s: %s Nothing is taken in.", self._writer.key.projection, found)
                    await self._thread.do(self._writer.note_replaced, found.head, str(found))
                reported = found
                self._say_started()
            except LogUnreachable:  # what was found last holds
                if reported:
                    await self._announcer.announce_replaced(reported)
            else:
                return
            await asyncio.sleep(LOOK_SECONDS)

    async def _tell(self) -> None:
        await self._announcer.announce(self._writer.key, self._writer.position)
        self._say_started()

    def _say_started(self) -> None:
        if self._started:
            self._started(self._writer.position)
            self._started = None
