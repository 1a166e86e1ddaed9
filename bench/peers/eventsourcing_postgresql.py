"""`eventsourcing` with PostgreSQL: the recorder of the library's applications, on a server of its own.

The recorder is the one that gives events a place in one order, so that something can follow them, as the log does. Its
database function is turned on: one round trip for an append, where the library's default takes a table lock and a
transaction, and reaches less than half.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from bench.ground import Ground
from bench.peers.postgresql import postgresql
from bench.peers.recorder import recorded
from bench.peers.store import Store

_CONNECTIONS = 16
_WAIT_SECONDS = 30


@asynccontextmanager
async def opened(ground: Ground, writers: int) -> AsyncIterator[Store]:
    """An empty table. There are as many threads as connections, all open before the clock runs."""
    connections = min(writers, _CONNECTIONS)
    async with postgresql(ground.directory) as port:
        datastore = PostgresDatastore(
            dbname="postgres",
            host="127.0.0.1",
            port=port,
            user="postgres",
            password="",
            pool_size=connections,
            connect_timeout=_WAIT_SECONDS,
            enable_db_functions=True,
        )
        try:
            recorder = PostgresApplicationRecorder(datastore)
            await asyncio.to_thread(recorder.create_table)
            await asyncio.to_thread(datastore.pool.wait, _WAIT_SECONDS)
            yield recorded(recorder, writers, connections)
        finally:
            await asyncio.to_thread(datastore.close)
