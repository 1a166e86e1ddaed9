"""Catching up by a process of its own: for a projection that has a long way to go, beside others that do not.

Python does one thing at a time in a process. The first build of three projections takes both of two cores that way, the
build of one keeps no other waiting, and the memory that it took is given back with the process. Several read the log
only once: what one process has read is handed over to all of them. Of those, no more have a process of their own than
there are cores; the others share one, in which each message is decoded only once.
"""

import asyncio
import logging
from asyncio import StreamWriter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any, NamedTuple

from sqlalchemy import Engine, inspect
from sqlalchemy.exc import SQLAlchemyError

from events.log import Log, LogUnreachable
from events.log.cores import cores
from events.log.handing_over import hand_over
from projections.engine.builds import build_at
from projections.engine.checkpoint import CheckpointKey, read_checkpoint
from projections.engine.database import reading
from projections.engine.naming import Slot
from projections.engine.projection import Projection
from projections.engine.tables import BUILDS
from projections.engine.workers import Worker, end_all

WORTH_A_PROCESS = 20_000
"""How many events make it worth to start a process: it takes in as many in some seconds, and starts in one."""
_log = logging.getLogger("cairn.projections")


class Way(NamedTuple):
    """How far a projection is on one stream, and how many events it has to take in."""

    position: int
    ahead: int


async def ways(
    engine: Engine,
    projection: Projection[Any],  # Any: of whatever state
    logs: Mapping[str, Log],
) -> dict[str, Way]:
    """How far a projection has to go on each stream; nothing where that cannot be told now."""
    found: dict[str, Way] = {}
    with suppress(LogUnreachable, SQLAlchemyError):
        for stream, log in logs.items():
            position = await asyncio.to_thread(_position, engine, projection, stream)
            found[stream] = Way(position, max(0, await log.head() - position))
    return found


class Reading(NamedTuple):
    """Part of a stream that is read once, for several projections.

    Attributes:
        names: Of the projections, in the order in which they are served.
    """

    stream: str
    after: int
    until: int
    names: tuple[str, ...]


ReadPacked = Callable[[Reading], AsyncGenerator[bytes, None]]
"""Reads it, as :func:`events.log.follower_process.read_packed`."""


class CatchingUp:
    """The processes that take projections to the end of the log, and the reading that they share.

    Args:
        projections: How far each has to go on each stream, in the order in which they are served.
    """

    def __init__(self, projections: Mapping[str, Mapping[str, Way]]):
        self._reading = shared_reading(projections)
        shared = self._reading.names if self._reading else ()
        self._alone = tuple(name for name in projections if name not in shared)
        self._shared = on_cores(shared, cores())
        self._working: dict[tuple[str, ...], Worker] = {}

    @asynccontextmanager
    async def begun(self, workers: Sequence[Worker], read: ReadPacked) -> AsyncIterator[None]:
        """Let workers begin, as many as are needed, and end the others at once.

        Those at work are given nothing more when the block ends; whoever has them ends them.
        """
        handing_over: asyncio.Task[None] | None = None
        idle = list(workers)
        try:
            for name in self._alone:
                self._working[name,] = worker = idle.pop()
                await worker.begin((name,), handed_over=False)
            inputs: list[StreamWriter] = []
            for names in self._shared:
                self._working[names] = worker = idle.pop()
                inputs.append(await worker.begin(names, handed_over=True))
            await end_all(idle)
            if self._reading is not None:
                handing_over = asyncio.create_task(_hand_over(self._reading, read, inputs))
            yield
        finally:
            if handing_over is not None:
                handing_over.cancel()
                await asyncio.gather(handing_over, return_exceptions=True)

    async def end_of(self, name: str) -> None:
        """Wait until a process ends; when it was killed, whoever waits goes on from the checkpoint that it has left."""
        worker = next((worker for names, worker in self._working.items() if name in names), None)
        if worker and (code := await worker.ended()):
            _log.warning("%s: the process that caught up ended with exit code %d", name, code)


async def _hand_over(reading: Reading, read: ReadPacked, takers: Sequence[StreamWriter]) -> None:
    async with aclosing(read(reading)) as packed:
        await hand_over(packed, reading.stream, reading.after, takers)


def shared_reading(projections: Mapping[str, Mapping[str, Way]]) -> Reading | None:
    """What several projections have to read all the same; None where that is not worth much."""
    streams = {stream for found in projections.values() for stream in found}
    if len(streams) != 1 or len(projections) < 2:
        return None
    (stream,) = streams
    found = {name: of[stream] for name, of in projections.items()}
    after = min(way.position for way in found.values())
    names = tuple(name for name, way in found.items() if way.position - after < WORTH_A_PROCESS)
    if len(names) < 2:
        return None
    return Reading(stream, after, max(way.position + way.ahead for way in found.values()), names)


def on_cores(names: Sequence[str], cores: int) -> list[tuple[str, ...]]:
    """Who shares a process: the first have one each, and those for whom there is no further core have the last one."""
    alone = min(len(names), max(cores, 1)) - 1
    return [*((name,) for name in names[:alone]), *filter(None, [tuple(names[max(alone, 0) :])])]


def can_catch_up_beside() -> bool:
    """Whether there is more than one core."""
    return cores() > 1


def _position(engine: Engine, projection: Projection[Any], stream: str) -> int:  # Any: as above
    """Up to where the tables are that its service would go on with."""
    with reading(engine) as connection:
        if not inspect(connection).has_table(BUILDS.name):
            return 0
        live = build_at(connection, projection.name, Slot.LIVE)
        slot = Slot.LIVE if live and live.version >= projection.version else Slot.BUILDING
        checkpoint = read_checkpoint(connection, CheckpointKey(projection.name, slot, stream))
        return checkpoint.position if checkpoint else 0
