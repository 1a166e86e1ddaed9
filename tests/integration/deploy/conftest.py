"""One nats-server as deploy/nats configures it, with every service of Cairn at work under its own user."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from events.log.placement import Placement
from projections.catalog import projection_named
from projections.engine.service import serve as projection
from services.access.service import serve as access
from services.embedded_server import free_port
from services.gateway.service import serve as gateway
from services.goals.service import serve as goals
from services.intake.service import serve as intake
from services.reminders.service import serve as reminders
from tests.conftest import running
from tests.integration.deploy.deployed import Deployed, configuration, environment, start


@pytest.fixture(scope="session")
async def deployed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Deployed]:
    folder = tmp_path_factory.mktemp("deployed")
    server = await start(configuration(folder) / "server.conf", environment(folder, free_port()))
    yield server
    await server.kill()


@pytest.fixture(scope="session")
async def services(deployed: Deployed, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Path]:
    """Every service, each connected as the user that the accounts have for it; their data folder."""
    data_dir = tmp_path_factory.mktemp("data")
    async with serving(deployed, data_dir):
        yield data_dir


_ONE_STREAM = Placement()


@asynccontextmanager
async def serving(
    deployed: Deployed, data_dir: Path, placement: Placement = _ONE_STREAM, goals_on: Sequence[Sequence[str]] = ((),)
) -> AsyncIterator[None]:
    """Every service at work meanwhile, with a goals service for each group of streams."""
    settings = partial(deployed.settings, data_dir=data_dir, placement=placement)
    reads = settings("projections")
    goal_state = partial(projection, streams=placement.streams, log_api=reads.log_api_prefix)
    async with AsyncExitStack() as stack:
        for serve in (
            *(partial(goals, settings("goals"), streams=streams) for streams in goals_on),
            partial(intake, settings("intake")),
            partial(access, settings("access")),
            partial(reminders, settings("reminders")),
            partial(goal_state, [projection_named("goal_state")], reads.nats_address, reads.database_address),
            partial(gateway, settings("gateway")),
        ):
            await stack.enter_async_context(running(serve))
        yield
