"""Building a projection anew beside the live one, comparing the two, and putting the new one in its place."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import ExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine

from events.errors import CairnError
from events.log import Log
from events.log.anchor import LogReplaced
from projections.engine.builds import Build, NothingToSwap, build_at
from projections.engine.checkpoint import (
    Checkpoint,
    CheckpointKey,
    CheckpointMoved,
    CheckpointPutBack,
    TablesChanged,
    hold_checkpoint,
    read_checkpoint,
)
from projections.engine.comparing import TableComparison, compare
from projections.engine.database import reading, writing
from projections.engine.fetching import Demand, fetched_ahead
from projections.engine.healing import read_again
from projections.engine.naming import Slot
from projections.engine.projection import Projection
from projections.engine.quarantine_retry import in_quarantine
from projections.engine.shared_following import MOST_EVENTS_PER_TRANSACTION
from projections.engine.table_locks import LOCK_AGAIN_SECONDS, TablesInUse
from projections.engine.thread import DatabaseThread
from projections.engine.watch import bear_out
from projections.engine.writer import ProjectionWriter

_MEET_AGAIN_SECONDS = 0.02
"""The pause before the builds are looked at again, which have to be at one position to be compared or swapped."""
_APART_SECONDS = 3.0
"""How long the two builds may be at other positions before they are compared as they are: perhaps no service runs."""

Progress = Callable[[int, int], None]
"""Called with how many events are in the new tables, and how many there are in the log."""


class RebuildBroken(CairnError):
    """Someone else builds or swaps the same projection."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The new build beside the live one.

    Attributes:
        live: What is live; None when nothing is.
        tables: Table by table; empty when nothing is live, or another version, whose tables are other ones.
        live_positions, next_positions: Up to where both were when they were compared, stream by stream. They are the
            same, unless no service keeps the live one up with the log, or it is of another log.
        of_another_log: The streams whose log is another one than the live build is of.
        next_quarantined: How many events are in quarantine in the new build.
    """

    live: Build | None
    tables: tuple[TableComparison, ...]
    live_positions: dict[str, int]
    next_positions: dict[str, int]
    of_another_log: tuple[str, ...]
    next_quarantined: int

    @property
    def same(self) -> bool | None:
        """Whether there are as many rows, and the same; None when there is nothing to compare with."""
        return not any(table.different for table in self.tables) if self.tables else None


class Rebuild:
    """One rebuild, which goes on where a former one was interrupted.

    Args:
        logs: Of each stream that the projection is built from.
    """

    def __init__(self, engine: Engine, projection: Projection[Any], logs: Mapping[str, Log]):  # Any: of any state
        self._engine = engine
        self._projection = projection
        self._logs = logs
        self._writers = {stream: ProjectionWriter(engine, projection, stream, beside=True) for stream in logs}
        self._heads: dict[str, int] = {}
        self._thread = DatabaseThread("rebuild")
        self._moved = asyncio.Event()
        self._is_live = False

    @asynccontextmanager
    async def building(self) -> AsyncIterator["Rebuild"]:
        """Keep the new tables up with the log meanwhile.

        Raises:
            RebuildBroken: someone else is at the same tables.
            events.log.anchor.LogReplaced: the log was replaced meanwhile.
            events.log.LogUnreachable: the log does not answer.
        """
        try:
            await self._begin()
            async with asyncio.TaskGroup() as group:
                following = [group.create_task(self._follow(stream)) for stream in self._logs]
                yield self
                for task in following:
                    task.cancel()
            if not self._is_live:
                await self._note_stopped()
        except* (CheckpointMoved, CheckpointPutBack, TablesChanged, NothingToSwap):
            raise RebuildBroken(f"Somebody else is building {self._projection.name} too.") from None
        except* LogReplaced as replaced:
            raise replaced.exceptions[0] from None
        finally:
            self._thread.close()

    @property
    def taken(self) -> int:
        """How many events are in the new tables."""
        return sum(writer.position for writer in self._writers.values())

    async def complete(self, progress: Progress) -> None:
        """Wait until every event that there was at the beginning is in the new tables."""
        while True:
            done = sum(min(writer.position, self._heads[stream]) for stream, writer in self._writers.items())
            progress(done, sum(self._heads.values()))
            if done >= sum(self._heads.values()):
                return
            self._moved.clear()
            await self._moved.wait()

    async def compare(self) -> Comparison:
        """Compare the new tables with the live ones as they are at one moment, while both go on."""
        return await asyncio.to_thread(self._compare, await self._of_another_log())

    async def go_live(self) -> None:
        """Put the new tables in the place of the live ones, which are kept as the last.

        A query that is reading the live ones is waited for, while everything else goes on.
        """
        writer = next(iter(self._writers.values()))
        while not self._is_live:
            pause = _MEET_AGAIN_SECONDS
            other = await self._of_another_log()
            try:
                self._is_live = await self._thread.do(writer.go_live, tuple(self._logs), other)
            except TablesInUse:
                pause = LOCK_AGAIN_SECONDS
            if not self._is_live:
                await asyncio.sleep(pause)

    async def _begin(self) -> None:
        """Find out where each stream goes on, and up to where it goes; of another log nothing is gone on with."""
        outdated = False
        for stream, writer in self._writers.items():
            await self._thread.do(writer.resume)
            try:
                self._heads[stream] = (await self._logs[stream].check(writer.anchor)).last
            except LogReplaced as replaced:
                self._heads[stream] = replaced.head
                outdated |= await self._thread.do(writer.drop_outdated)
        if outdated:
            for writer in self._writers.values():
                await self._thread.do(writer.resume)

    async def _note_stopped(self) -> None:
        """Note that nobody builds the new tables any more, which are kept for the next rebuild."""
        for writer in self._writers.values():
            await self._thread.do(writer.note, "stopped")

    async def _of_another_log(self) -> dict[str, Checkpoint]:
        """The live checkpoints that the log does not bear out, by stream."""
        found: dict[str, Checkpoint] = {}
        for stream, checkpoint in (await asyncio.to_thread(self._live_checkpoints)).items():
            try:
                await bear_out(self._logs[stream], stream, checkpoint.anchor)
            except LogReplaced:
                found[stream] = checkpoint
        return found

    def _live_checkpoints(self) -> dict[str, Checkpoint]:
        with reading(self._engine) as connection:
            keys = {stream: CheckpointKey(self._projection.name, Slot.LIVE, stream) for stream in self._logs}
            found = {stream: read_checkpoint(connection, key) for stream, key in keys.items()}
        return {stream: checkpoint for stream, checkpoint in found.items() if checkpoint}

    async def _follow(self, stream: str) -> None:
        writer = self._writers[stream]
        demand = Demand()
        following = self._logs[stream].follow_with_process(writer.anchor)
        async with aclosing(fetched_ahead(following, MOST_EVENTS_PER_TRANSACTION, demand)) as batches:
            async for batch in batches:
                again = await read_again(self._logs[stream], batch.messages)
                try:
                    if batch.messages:
                        ready, held = demand.now_threadsafe, batch.messages.clear
                        await self._thread.do(
                            writer.take, batch.messages, batch.head, begins=ready, again=again, held=held
                        )
                    else:
                        await self._thread.do(writer.note, "live", batch.head)
                except TablesChanged:
                    if self._is_live:
                        return
                    raise
                self._moved.set()

    def _compare(self, of_another_log: Mapping[str, Checkpoint]) -> Comparison:
        until = time.monotonic() + _APART_SECONDS
        while True:
            with ExitStack() as stack:
                with writing(self._engine) as nobody_moves:
                    live = build_at(nobody_moves, self._projection.name, Slot.LIVE)
                    live_positions = self._positions(nobody_moves, Slot.LIVE)
                    next_positions = self._positions(nobody_moves, Slot.BUILDING)
                    # What it sees is what there is while nobody moves, long after they do.
                    connection = stack.enter_context(reading(self._engine))
                    build_at(connection, self._projection.name, Slot.BUILDING)
                comparable = live is not None and live.version == self._projection.version
                may_meet = not of_another_log and time.monotonic() < until
                if comparable and live_positions != next_positions and may_meet:
                    time.sleep(_MEET_AGAIN_SECONDS)
                    continue
                tables_in = self._projection.tables
                tables = compare(connection, tables_in(Slot.LIVE), tables_in(Slot.BUILDING)) if comparable else ()
                return Comparison(
                    live,
                    tables,
                    live_positions,
                    next_positions,
                    of_another_log=tuple(of_another_log),
                    next_quarantined=self._quarantined(connection),
                )

    def _positions(self, connection: Connection, slot: Slot) -> dict[str, int]:
        keys = {stream: CheckpointKey(self._projection.name, slot, stream) for stream in self._logs}
        found = {stream: hold_checkpoint(connection, key) for stream, key in keys.items()}
        return {stream: checkpoint.position for stream, checkpoint in found.items() if checkpoint}

    def _quarantined(self, connection: Connection) -> int:
        keys = [CheckpointKey(self._projection.name, Slot.BUILDING, stream) for stream in self._logs]
        return sum(len(in_quarantine(connection, key)) for key in keys)
