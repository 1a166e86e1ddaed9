"""One nats-server as deploy/nats configures it, with every service of Cairn at work under its own user."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial

import pytest

from projections.catalog import projection_named
from projections.engine.service import serve as projection
from services.access.service import serve as access
from services.embedded_server import free_port
from services.gateway.service import serve as gateway
from services.goals.service import serve as goals
from services.intake.service import serve as intake
from services.reminders.service import serve as reminders
from services.settings import Settings
from tests.conftest import running
from tests.integration.deploy.deployed import Deployed, configuration, environment, start


@pytest.fixture(scope="session")
async def deployed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Deployed]:
    folder = tmp_path_factory.mktemp("deployed")
    server = await start(configuration(folder) / "server.conf", environment(folder, free_port()))
    yield server
    await server.kill()


@pytest.fixture(scope="session")
async def services(deployed: Deployed, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[None]:
    """Every service, each connected as the user that the accounts have for it."""
    data_dir = tmp_path_factory.mktemp("data")

    def settings(user: str) -> Settings:
        return Settings(nats_url=deployed.url(user), data_dir=data_dir, http_port=0)

    reads = settings("projections")
    async with AsyncExitStack() as stack:
        for serve in (
            partial(goals, settings("goals")),
            partial(intake, settings("intake")),
            partial(reminders, settings("reminders")),
            partial(access, settings("access")),
            partial(projection, projection_named("goal_state"), reads.nats_address, reads.database_address),
            partial(gateway, settings("gateway")),
        ):
            await stack.enter_async_context(running(serve))
        yield
