"""Projections on a real log, each in a database of its own.

Whoever follows a log reads all of it. That of the session has what a thousand tests have written; here each file has a
server of its own, whose log is short.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from events.log import Log, connect, declare_log
from events.log.client.resilient import ResilientClient
from services.embedded_server import EmbeddedServer
from tests.integration.projections.clinic import Database

OpenDatabase = Callable[[str], Database]


@pytest.fixture(scope="module")
async def nats_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedServer]:
    server = EmbeddedServer(tmp_path_factory.mktemp("nats"), sync_always=False)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture(scope="module")
def nats_url(nats_server: EmbeddedServer) -> str:
    return nats_server.url


@pytest.fixture(scope="module")
async def nc(nats_url: str) -> AsyncIterator[ResilientClient]:
    connection = await connect(nats_url, name="tests")
    yield connection
    await connection.close()


@pytest.fixture(scope="module")
async def log(nc: ResilientClient) -> AsyncIterator[Log]:
    await declare_log(nc)
    log = Log(nc)
    yield log
    await log.close()


@pytest.fixture
def database(tmp_path: Path, nats_url: str) -> Iterator[OpenDatabase]:
    """Gives the database of a projection, by its name."""
    opened: list[Database] = []

    def open_one(name: str) -> Database:
        opened.append(Database(name, tmp_path / f"{name}.db", nats_url))
        return opened[-1]

    yield open_one
    for each in opened:
        each.engine.dispose()
