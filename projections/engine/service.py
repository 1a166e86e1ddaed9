"""One projection as a service: `cairn serve projection NAME`."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

from events.log import Log, connect
from events.log.client.resilient import JETSTREAM_API
from events.log.stream import STREAM
from projections.engine.announcing import Announcer
from projections.engine.database import open_database
from projections.engine.projection import Projection
from projections.engine.runner import Runner
from projections.engine.writer import ProjectionWriter


async def serve(
    projection: Projection[Any],  # Any: it remembers a state of its own type
    nats_url: str,
    database_url: str,
    ready: Callable[[str], None],
    streams: Sequence[str] = (STREAM,),
    log_api: str = JETSTREAM_API,
) -> None:
    """Keep one projection up with the log until the task is cancelled.

    Args:
        projection: The one to keep up; `projections.catalog` finds it by its name.
        nats_url: Where the log is.
        database_url: Where the tables are; see :func:`projections.engine.database.open_database`.
        ready: Told once, in one line, when the projection is following the log.
        log_api: What JetStream's API begins with for those streams; see :func:`events.log.connect`.
        streams: Of the log. Organisations may be placed on several, and each has a checkpoint of its own.

    Raises:
        events.log.client.connection.NotReachable: when no NATS server answers at first.
    """
    name = projection.name
    positions: dict[str, int] = {}

    def started(stream: str, position: int) -> None:
        positions[stream] = position
        if len(positions) == len(streams):
            ready(f"projection {name} from position {_in_words(positions)}")

    async with AsyncExitStack() as stack:
        engine = open_database(database_url)
        stack.callback(engine.dispose)
        nc = await connect(nats_url, name=f"cairn projection {name}", log_api=log_api)
        stack.push_async_callback(nc.close)
        announcer = Announcer(nc, name)
        await stack.enter_async_context(announcer.answering())
        async with asyncio.TaskGroup() as running:
            for stream in streams:
                log = Log(nc, stream=stream)
                stack.push_async_callback(log.close)
                runner = Runner(log, announcer, ProjectionWriter(engine, projection, stream), streams)
                running.create_task(runner.run(partial(started, stream)))


def _in_words(positions: dict[str, int]) -> str:
    if len(positions) == 1:
        return str(*positions.values())
    return ", ".join(f"{position} of {stream}" for stream, position in sorted(positions.items()))
