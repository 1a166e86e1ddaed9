"""A program: a rebuild of a projection beside the live one, which it replaces; it tells how far it is, line by line.

Its arguments are the projection's name, and the addresses of NATS and of the database.
"""

import asyncio
import sys

from events.log import Log, connect
from events.log.stream import STREAM
from projections.catalog import projection_named
from projections.engine.database import open_database
from projections.engine.rebuilding import Rebuild

SAME = "same"


async def rebuild(name: str, nats_url: str, database_url: str) -> None:
    """From wherever a former one was interrupted."""
    nc = await connect(nats_url, name="rebuild")
    engine = open_database(database_url)
    async with Rebuild(engine, projection_named(name), {STREAM: Log(nc)}).building() as rebuilding:
        await rebuilding.complete(lambda done, _: print(done, flush=True))
        comparison = await rebuilding.compare()
        await rebuilding.go_live()
    print(SAME if comparison.same and comparison.tables else comparison, flush=True)
    engine.dispose()
    await nc.close()


if __name__ == "__main__":
    asyncio.run(rebuild(*sys.argv[1:4]))
