"""Projections as a service: `cairn serve projection NAME`, and several in one process for `cairn serve projections`."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

from sqlalchemy import Engine

from events.log import Log, connect
from events.log.client.resilient import JETSTREAM_API, ResilientClient
from events.log.stream import STREAM
from projections.engine.announcing import Announcer
from projections.engine.database import open_database
from projections.engine.projection import Projection
from projections.engine.quarantine import reason_of
from projections.engine.runner import Runner
from projections.engine.shared_following import SharedFollowing
from projections.engine.writer import ProjectionWriter

_AGAIN_SECONDS = 1.0
"""The pause before a projection that ended with an error begins again."""
_log = logging.getLogger("cairn.projections")


async def serve(
    projections: Sequence[Projection[Any]],  # Any: each remembers a state of its own type
    nats_url: str,
    database_url: str,
    ready: Callable[[str], None],
    streams: Sequence[str] = (STREAM,),
    log_api: str = JETSTREAM_API,
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

    Raises:
        events.log.client.connection.NotReachable: when no NATS server answers at first.
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
        engine = open_database(database_url)
        stack.callback(engine.dispose)
        nc = await connect(nats_url, name=f"cairn projection {names}", log_api=log_api)
        stack.push_async_callback(nc.close)
        following: dict[str, SharedFollowing] = {}
        logs = {stream: Log(nc, stream=stream) for stream in streams}
        for stream, log in logs.items():
            stack.push_async_callback(log.close)
            following[stream] = SharedFollowing(log)
        async with asyncio.TaskGroup() as running:
            for projection in projections:
                told = partial(started, projection.name)
                running.create_task(_kept_up(projection, nc, engine, logs, following, told))


async def _kept_up(
    projection: Projection[Any],  # Any: as above
    nc: ResilientClient,
    engine: Engine,
    logs: Mapping[str, Log],
    following: Mapping[str, SharedFollowing],
    started: Callable[[str, int], None],
) -> None:
    """Keep one projection up with every stream, for ever."""
    announcer = Announcer(nc, projection.name)

    async def keep_up(stream: str) -> None:
        while True:
            writer = ProjectionWriter(engine, projection, stream)
            runner = Runner(logs[stream], following[stream], announcer, writer, tuple(logs))
            try:
                await runner.run(partial(started, stream))
            except Exception as error:  # noqa: BLE001 - whatever it is, the other projections go on
                # Without the message, which may repeat what a patient wrote.
                _log.error("%s: %s; beginning again", projection.name, reason_of(error))
            await asyncio.sleep(_AGAIN_SECONDS)

    async with announcer.answering(), asyncio.TaskGroup() as running:
        for stream in logs:
            running.create_task(keep_up(stream))


def _in_words(positions: Mapping[str, int]) -> str:
    if len(positions) == 1:
        return str(*positions.values())
    return ", ".join(f"{position} of {stream}" for stream, position in sorted(positions.items()))
