"""`eventsourcing` with SQLite: a file in this process, as the library opens it.

That is a write-ahead log (journal_mode WAL) synced at every commit (synchronous FULL, SQLite's default). Only the time
that a writer may wait for its turn is longer than the library's five seconds.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

from bench.ground import Ground
from bench.peers.recorder import recorded
from bench.peers.store import Store

_THREADS = 4
_WAIT_SECONDS = 60


@asynccontextmanager
async def opened(ground: Ground, writers: int) -> AsyncIterator[Store]:
    """An empty database. SQLite has one writer at a time: more threads than a few only wait for their turn."""
    with TemporaryDirectory(prefix="sqlite-", dir=ground.directory) as directory:
        file = str(Path(directory) / "events.db")
        datastore = SQLiteDatastore(file, lock_timeout=_WAIT_SECONDS, pool_timeout=_WAIT_SECONDS)
        try:
            recorder = SQLiteApplicationRecorder(datastore)
            await asyncio.to_thread(recorder.create_table)
            yield recorded(recorder, writers, _THREADS)
        finally:
            await asyncio.to_thread(datastore.close)
