"""Are the tables and the log still those that a projection goes on from? Looked at each second, also without events.

Events alone would not tell: a database that is put back to an earlier state, and a log that was restored from an older
backup, may be quiet for hours.
"""

import asyncio
from contextlib import suppress
from typing import Generic

from events.log import Log, LogUnreachable
from events.log.anchor import Anchor, LogReplaced
from events.log.cancellation import heed_cancellation
from events.log.stream_state import NoStream, StreamState
from projections.engine.announcing import Announcer
from projections.engine.checkpoint import TablesChanged
from projections.engine.projection import State
from projections.engine.thread import DatabaseThread
from projections.engine.writer import ProjectionWriter

LOOK_SECONDS = 1.0
"""The pause between two looks at the database and the log."""


class Watch(Generic[State]):
    """Compares what one copy of a projection has in mind with the database and with the log.

    Args:
        thread: In which the writer is used.
        announcer: Told after each look that the log is the one that the tables are of.
    """

    def __init__(self, log: Log, writer: ProjectionWriter[State], thread: DatabaseThread, announcer: Announcer):
        self._log = log
        self._writer = writer
        self._thread = thread
        self._announcer = announcer

    async def look(self) -> None:
        """Look once. What is built beside for a log that is not there any more is dropped.

        Raises:
            LogReplaced: the log is not the one that the tables, or the live tables beside which others are built, are
                of.
            CheckpointMoved, CheckpointPutBack, TablesChanged: as
                :func:`projections.engine.checkpoint.compare_checkpoint`; also when a build was dropped.
            LogUnreachable: the log does not answer.
            sqlalchemy.exc.SQLAlchemyError: the database does not answer.
        """
        writer = self._writer
        live = await self._thread.do(writer.look)
        try:
            await bear_out(self._log, writer.key.stream, writer.anchor)
        except LogReplaced as replaced:
            if not await self._thread.do(writer.drop_outdated):
                raise
            raise TablesChanged(f"What was built beside is of another log, and is begun anew. {replaced}") from None
        if live:
            await bear_out(self._log, writer.key.stream, live.anchor)
        if writer.position and not writer.anchor.fingerprint:
            anchor = await self._log.anchor(writer.position)
            heed_cancellation()
            if anchor:
                await self._thread.do(writer.name_event, anchor)
        await self._announcer.announce_same(writer.key, writer.position)

    async def forever(self) -> None:
        """Look each second; a log that does not answer is waited for by whoever follows it.

        Raises:
            Whatever else :meth:`look` raises.
        """
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            with suppress(LogUnreachable):
                await self.look()


async def bear_out(log: Log, stream: str, anchor: Anchor) -> StreamState:
    """Make sure that the log is the one that an anchor was taken from; a stream that is not there bears nothing out.

    Args:
        stream: Of the log.

    Raises:
        LogReplaced: it is another one.
        LogUnreachable: it does not answer.
    """
    try:
        return await log.check(anchor)
    except NoStream:
        if anchor.position:
            raise LogReplaced(stream, anchor.position, 0) from None
        raise
    finally:
        heed_cancellation()
