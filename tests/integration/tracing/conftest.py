"""A server and a goals service of these tests' own: on the session's, other tests' projections would be traced too."""

from collections.abc import AsyncIterator

import pytest

from events.log import Log, connect, declare_log
from events.log.client.resilient import ResilientClient
from services.embedded_server import EmbeddedServer
from services.goals import service as goals
from services.settings import Settings
from tests.conftest import Submit, running, submitting_over


@pytest.fixture(scope="module")
async def settings(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Settings]:
    folder = tmp_path_factory.mktemp("tracing")
    server = EmbeddedServer(folder / "nats", sync_always=False)
    await server.start()
    yield Settings(nats_url=server.url, data_dir=folder)
    await server.stop()


@pytest.fixture(scope="module")
async def nc(settings: Settings) -> AsyncIterator[ResilientClient]:
    connection = await connect(settings.nats_address, name="tests")
    yield connection
    await connection.close()


@pytest.fixture(scope="module")
async def log(nc: ResilientClient) -> AsyncIterator[Log]:
    await declare_log(nc)
    log = Log(nc)
    yield log
    await log.close()


@pytest.fixture(scope="module")
async def goals_service(settings: Settings, log: Log) -> AsyncIterator[None]:
    async with running(lambda ready: goals.serve(settings, ready)):
        yield


@pytest.fixture(scope="module")
def submit(nc: ResilientClient) -> Submit:
    return submitting_over(nc)
