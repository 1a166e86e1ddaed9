"""One projection as a service: `cairn serve projection NAME`."""

from collections.abc import Callable

from events.log import Log, connect
from events.log.stream import STREAM
from projections.catalog import projection_named
from projections.engine.announcing import Announcer
from projections.engine.database import open_database
from projections.engine.runner import Runner
from projections.engine.writer import ProjectionWriter


async def serve(name: str, nats_url: str, database_url: str, ready: Callable[[str], None]) -> None:
    """Keep one projection up with the log until the task is cancelled.

    Args:
        name: Of the projection, as `projections.catalog` knows it.
        nats_url: Where the log is.
        database_url: Where the tables are; see :func:`projections.engine.database.open_database`.
        ready: Told once, in one line, when the projection is following the log.

    Raises:
        UnknownProjection: when there is none of this name.
        events.log.connection.NotReachable: when no NATS server answers at first.
    """
    projection = projection_named(name)
    engine = open_database(database_url)
    try:
        nc = await connect(nats_url, name=f"cairn projection {name}")
        log = Log(nc)
        try:
            writer = ProjectionWriter(engine, projection, STREAM)
            runner = Runner(log, Announcer(nc, name), writer)
            await runner.run(lambda position: ready(f"projection {name} from position {position}"))
        finally:
            await log.close()
            await nc.close()
    finally:
        engine.dispose()
