"""Projections as a service: `cairn serve projection NAME`, and several in one process for `cairn serve projections`."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

from sqlalchemy import Engine

from events.log import Log, connect
from events.log.client.resilient import JETSTREAM_API, ResilientClient
from events.log.follower_process import read_packed
from events.log.handing_over import HandedOver
from events.log.stream import STREAM
from projections.engine.announcing import Announcer
from projections.engine.catching_up import (
    WORTH_A_PROCESS,
    CatchingUp,
    Reading,
    Way,
    ways,
)
from projections.engine.database import AS_USUAL, IN_BULK, open_database
from projections.engine.fitness import check_database
from projections.engine.memory import MOST_CHARACTERS_REMEMBERED, MOST_CHARACTERS_REMEMBERED_IN_BULK
from projections.engine.projection import Projection
from projections.engine.quarantine import reason_of
from projections.engine.runner import Runner
from projections.engine.shared_following import SharedFollowing
from projections.engine.workers import Worker, end_all
from projections.engine.writer import ProjectionWriter

_AGAIN_SECONDS = 1.0
"""The pause before a projection that ended with an error begins again."""
_log = logging.getLogger("cairn.projections")


async def serve(  # noqa: PLR0913 - what differs between the commands
    projections: Sequence[Projection[Any]],  # Any: each remembers a state of its own type
    nats_url: str,
    database_url: str,
    ready: Callable[[str], None],
    streams: Sequence[str] = (STREAM,),
    log_api: str = JETSTREAM_API,
    *,
    until_level: bool = False,
    workers: Sequence[Worker] = (),
    handed_over: HandedOver | None = None,
) -> None:
    """Keep projections up with the log until the task is cancelled.

    Each is on its own: what goes wrong with one, or takes it long, is nothing to the others. They share what following
    the log costs.

    Args:
        projections: Those to keep up; `projections.catalog` finds them by their names.
        nats_url: Where the log is.
        database_url: Where the tables are; see :func:`projections.engine.database.open_database`.
        ready: Told once, in one line, when all of them are following the log.
        log_api: What JetStream's API begins with for those streams; see :func:`events.log.connect`.
        streams: Of the log. Organisations may be placed on several, and each has a checkpoint of its own.
        until_level: Whether to end as soon as they are all at the end of the log.
        workers: Which catch up with the log for those of them that have a long way to go at first, one for each of
            them at most; without any they all do so in this process. They have all ended with this.
        handed_over: What another process has read of the log, if that is one stream, for all of them.

    Raises:
        events.log.client.connection.NotReachable: when no NATS server answers at first.
        UnusableDatabase: when tables cannot be made in the database as it is set up.
    """
    positions: dict[str, dict[str, int]] = {projection.name: {} for projection in projections}

    def started(name: str, stream: str, position: int) -> None:
        if stream in positions[name]:
            return
        positions[name][stream] = position
        if all(len(of_one) == len(streams) for of_one in positions.values()):
            ready(", ".join(f"projection {each} from position {_in_words(of)}" for each, of in positions.items()))

    names = " ".join(positions)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(end_all, workers)  # first, as they wait from when they were forked, whatever happens
        engine = open_database(database_url, cache=IN_BULK if until_level else AS_USUAL)
        stack.callback(engine.dispose)
        await asyncio.to_thread(check_database, engine)
        nc = await connect(nats_url, name=f"cairn projection {names}", log_api=log_api)
        stack.push_async_callback(nc.close)
        following: dict[str, SharedFollowing] = {}
        logs = {stream: Log(nc, stream=stream) for stream in streams}
        for stream, log in logs.items():
            stack.push_async_callback(log.close)
            given = handed_over if len(streams) == 1 else None
            following[stream] = SharedFollowing(log, given, len(projections) if given else 1)
        far = await _far_behind(engine, projections, logs) if workers else {}
        for name, found in far.items():
            _log.info("%s: another process catches up", name)
            for stream, way in found.items():
                started(name, stream, way.position)
        beside = CatchingUp(far)
        level: set[tuple[str, str]] = set()
        all_level = asyncio.Event()

        def is_level(name: str, stream: str) -> None:
            level.add((name, stream))
            if len(level) == len(projections) * len(streams):
                all_level.set()

        def read(part: Reading) -> AsyncGenerator[bytes, None]:
            return read_packed(nc.url, part.stream, part.after, part.until, nc.log_api)

        await stack.enter_async_context(beside.begun(workers, read))
        async with asyncio.TaskGroup() as running:
            tasks: list[asyncio.Task[None]] = []
            for projection in projections:
                keeping_up = _KeepingUp(projection, nc, engine, logs, following, in_bulk=until_level)
                told = partial(started, projection.name)
                ended = partial(is_level, projection.name) if until_level else None
                tasks.append(running.create_task(keeping_up.run(told, beside, ended)))
            if until_level:
                # One that is there early goes on with what is new: the last one may need long, or never be there.
                await all_level.wait()
                for task in tasks:
                    task.cancel()


async def _far_behind(
    engine: Engine,
    projections: Sequence[Projection[Any]],  # Any: as above
    logs: Mapping[str, Log],
) -> dict[str, Mapping[str, Way]]:
    """Those that have a long way to go, and how far each is."""
    found = {projection.name: await ways(engine, projection, logs) for projection in projections}
    return {name: of for name, of in found.items() if sum(way.ahead for way in of.values()) >= WORTH_A_PROCESS}


class _KeepingUp:
    """One projection, kept up with every stream.

    Args:
        in_bulk: Whether it ends as soon as it is at the end of the log, so that it takes in many events at once.
    """

    def __init__(
        self,
        projection: Projection[Any],  # Any: as above
        nc: ResilientClient,
        engine: Engine,
        logs: Mapping[str, Log],
        following: Mapping[str, SharedFollowing],
        *,
        in_bulk: bool,
    ):
        self._projection = projection
        self._announcer = Announcer(nc, projection.name)
        self._engine = engine
        self._logs = logs
        self._following = following
        self._remembers = MOST_CHARACTERS_REMEMBERED_IN_BULK if in_bulk else MOST_CHARACTERS_REMEMBERED

    async def run(
        self, started: Callable[[str, int], None], beside: CatchingUp, level: Callable[[str], None] | None
    ) -> None:
        """Keep it up for ever.

        Args:
            beside: The processes that catch up, perhaps one for it.
            level: Called with a stream whenever it is at the end of it, by whoever ends this then.
        """
        await beside.end_of(self._projection.name)
        async with self._announcer.answering(), asyncio.TaskGroup() as running:
            for stream in self._logs:
                told = partial(level, stream) if level else None
                running.create_task(self._keep_up(stream, partial(started, stream), told))

    async def _keep_up(self, stream: str, started: Callable[[int], None], level: Callable[[], None] | None) -> None:
        while True:
            writer = ProjectionWriter(self._engine, self._projection, stream, remembers=self._remembers)
            log, following = self._logs[stream], self._following[stream]
            runner = Runner(log, following, self._announcer, writer, tuple(self._logs), level)
            try:
                await runner.run(started)
            except Exception as error:  # noqa: BLE001 - whatever it is, the other projections go on
                # Without the message, which may repeat what a patient wrote.
                _log.error("%s: %s; beginning again", self._projection.name, reason_of(error))
                await asyncio.sleep(_AGAIN_SECONDS)


def _in_words(positions: Mapping[str, int]) -> str:
    if len(positions) == 1:
        return str(*positions.values())
    return ", ".join(f"{position} of {stream}" for stream, position in sorted(positions.items()))
