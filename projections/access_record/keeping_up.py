"""Keeping the tables up with the stream of the records.

The stream is asked each second for what is new. Nobody waits for a record of a reading as one waits for one's own
write, and one transaction a second leaves the database to those who do.
"""

import asyncio
import logging
from collections.abc import Callable

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from events.access_record import ACCESS, ACCESS_STREAM
from events.log import LogUnreachable
from events.log.anchor import Anchor, LogReplaced, check_anchor
from events.log.client.replies import Replies
from events.log.client.resilient import ResilientClient
from events.log.reading import DirectReader
from events.log.stream_state import StreamState, read_state
from projections.access_record.writer import AccessWriter
from projections.engine.builds import Superseded
from projections.engine.checkpoint import CheckpointMoved, CheckpointPutBack, TablesChanged
from projections.engine.database import without_patient_text
from projections.engine.thread import DatabaseThread

_ASK_SECONDS = 1.0
"""How often the stream is asked for what is new."""
_PAUSE_SECONDS = 2.0
"""The pause before something that went wrong is tried again."""
_MOST_MESSAGES = 250
"""How many messages one transaction takes in."""
_LOOKS_BETWEEN_CHECKS = 60
"""After so many questions without an answer the stream is compared with the tables once more."""

_log = logging.getLogger("cairn.access")


async def keep_up(nc: ResilientClient, engine: Engine, started: Callable[[int], None]) -> None:
    """Keep the tables up with the stream until cancelled; a transaction that has begun is finished first.

    Args:
        nc: A connection that may read the stream.
        started: Called once, with the position of the checkpoint, when the tables are there.
    """
    thread = DatabaseThread("access-record")
    writer = AccessWriter(engine)
    replies = Replies(nc)
    following = _Following(nc, writer, thread, DirectReader(nc, replies, ACCESS_STREAM), started)
    try:
        while True:
            try:
                await following.go_on()
            except (CheckpointMoved, CheckpointPutBack, TablesChanged) as changed:
                _log.info("access_record: %s Going on from what is there.", changed)
            except Superseded as newer:
                _log.warning("access_record: %s", newer)
            except LogReplaced as replaced:
                await following.stand_still(replaced)
            except LogUnreachable as unreachable:
                _log.info("access_record: %s", unreachable)
            except SQLAlchemyError as error:
                _log.warning("access_record: the database: %s", without_patient_text(error))
            await asyncio.sleep(_PAUSE_SECONDS)
    finally:
        thread.close()
        if nc.is_connected:
            await replies.close()


class _Following:
    def __init__(
        self,
        nc: ResilientClient,
        writer: AccessWriter,
        thread: DatabaseThread,
        reader: DirectReader,
        started: Callable[[int], None],
    ):
        self._nc = nc
        self._writer = writer
        self._thread = thread
        self._reader = reader
        self._started: Callable[[int], None] | None = started
        self._replaced: str | None = None

    async def go_on(self) -> None:
        """Go on from the checkpoint for as long as tables and stream are the same."""
        position = await self._thread.do(self._writer.resume)
        if self._started:
            self._started(position)
            self._started = None
        while True:
            state = await self._checked()
            await self._thread.do(self._writer.note, "live" if position >= state.last else "catching_up", state.last)
            if state.first > 1:
                await self._thread.do(self._writer.forget_before, state.first)
            for _ in range(_LOOKS_BETWEEN_CHECKS):
                position = await self._take_all(position)
                await asyncio.sleep(_ASK_SECONDS)
                await self._thread.do(self._writer.look)

    async def stand_still(self, replaced: LogReplaced) -> None:
        """Say once, in the log and in the tables, that the stream is another one than the tables are of."""
        sentence = (
            f"The stream {ACCESS_STREAM} is another one than the tables of access_record are of (it ends at position"
            f" {replaced.head}). Put the right one back, or let `cairn access rebuild` build them from this one."
        )
        if self._replaced != sentence:
            _log.warning("access_record: %s Nothing is taken in.", sentence)
            self._replaced = sentence
        try:
            await self._thread.do(self._writer.note_replaced, replaced.head, sentence)
        except SQLAlchemyError as error:
            _log.warning("access_record: the database: %s", without_patient_text(error))

    async def _take_all(self, position: int) -> int:
        """Take in what is new; the last position."""
        while True:
            messages = await self._reader.after(f"{ACCESS}.*", position, limit=_MOST_MESSAGES)
            if not messages:
                return position
            position = messages[-1].position
            more = len(messages) == _MOST_MESSAGES
            await self._thread.do(self._writer.take, messages, position + more)

    async def _checked(self) -> StreamState:
        """The state of the stream, which is the one that the tables are of.

        Raises:
            LogReplaced: it is another one.
        """
        anchor = self._writer.anchor
        state = await read_state(self._nc, ACCESS_STREAM)
        # What the age of a record has ended cannot be compared any more.
        return await check_anchor(
            self._nc, ACCESS_STREAM, anchor if anchor.position >= state.first else Anchor(anchor.position)
        )
