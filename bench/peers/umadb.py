"""UmaDB: an event store in Rust with a Python client, its server from the same wheel.

The server is as it comes: an append is acknowledged when it is synced, and appends that arrive together are synced
together. The guard is UmaDB's own: an append fails when its writer's tag has an event after the last one known.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from umadb import AppendCondition, Client, Event, IntegrityError, Query, QueryItem

from bench.entry import entry
from bench.ground import Ground
from bench.peers.server import served
from bench.peers.store import BlockingStore, Refused, Store
from events.envelope import to_body
from events.identity import GoalId
from services.embedded_server import free_port

_SERVER = "import sys, umadb; umadb.run_server_from_args(sys.argv)"


@asynccontextmanager
async def opened(ground: Ground, writers: int) -> AsyncIterator[Store]:
    """An empty store. All writers share one client, and each has a thread of its own."""
    with TemporaryDirectory(prefix="umadb-", dir=ground.directory) as name:
        directory, port = Path(name), free_port()
        where = ("--listen", f"127.0.0.1:{port}", "--db-path", str(directory / "events.db"))
        async with served((sys.executable, "-c", _SERVER, *where), port, directory / "log"):
            client = await asyncio.to_thread(Client, f"http://127.0.0.1:{port}")
            try:
                yield _store(client, writers)
            finally:
                client.close()


def _store(client: Client, writers: int) -> BlockingStore:
    event = entry(GoalId("bench", "p0", "walk"), 0, datetime.now(UTC))
    tags = [f"bench.p{writer}.walk" for writer in range(writers)]
    events = [Event(event.type_name, to_body(event), [tag]) for tag in tags]
    queries = [Query([QueryItem(tags=[tag])]) for tag in tags]

    def append(writer: int, expected: int) -> int:
        try:
            return client.append([events[writer]], AppendCondition(queries[writer], expected or None))
        except IntegrityError as error:
            raise Refused(f"There is an event after position {expected} already.") from error

    return BlockingStore(append, writers)
