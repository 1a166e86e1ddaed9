"""A Cairn whose organisations are placed on two streams of the log."""

from collections.abc import AsyncIterator

import pytest

from events.log import Log, connect
from events.log.client.resilient import ResilientClient
from events.log.placement import Placed, Placement
from services.access.records.stream import declare_access
from services.embedded_server import EmbeddedServer
from services.settings import Settings
from tests.postgresql import PostgresqlServer

A, B = "CAIRN_LOG_A", "CAIRN_LOG_B"


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str | None:
    """The usual SQLite, unless a test is parametrized with PostgreSQL."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return None
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    return server.new_schema()


@pytest.fixture
def settings(own_server: EmbeddedServer, database_url: str | None) -> Settings:
    placement = Placement({A: ["northside", "southside"], B: ["riverside"]})
    return Settings(
        nats_url=own_server.url,
        data_dir=own_server.data_dir,
        placement=placement,
        http_port=0,
        database_url=database_url,
    )


@pytest.fixture
async def nc(own_server: EmbeddedServer) -> AsyncIterator[ResilientClient]:
    connection = await connect(own_server.url, name="streams tests")
    await declare_access(connection)
    yield connection
    await connection.close()


@pytest.fixture
async def logs(nc: ResilientClient, settings: Settings) -> AsyncIterator[Placed[Log]]:
    logs = Placed(settings.placement, lambda stream: Log(nc, stream))
    yield logs
    for log in logs:
        await log.close()
