"""As :mod:`bench.peers.eventsourcing_live`, with the library's recorder at its best.

Its database function makes an event one round trip without a table lock, and sixteen connections are as many as help.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bench.ground import Ground
from bench.peers import eventsourcing_live
from bench.peers.store import Store

_CONNECTIONS = 16


@asynccontextmanager
async def opened(ground: Ground, writers: int) -> AsyncIterator[Store]:
    """An empty application, followed by processes of their own, which are at its end afterwards."""
    async with eventsourcing_live.opened(ground, writers, _CONNECTIONS, {"POSTGRES_ENABLE_DB_FUNCTIONS": "y"}) as store:
        yield store
