"""A gateway over the session's server, with the goals service and every projection at work behind it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from functools import partial

import httpx
import pytest

from events.log import Log
from events.log.client.resilient import ResilientClient
from events.log.stream import STREAM
from projections.catalog import NAMES, projection_named
from projections.engine.service import serve as serve_projection
from services.access.service import serve as serve_access
from services.gateway.service import serve
from services.settings import Settings
from tests.conftest import Submit, running
from tests.fake_notary import FakeNotary
from tests.integration.gateway.http import Http
from tests.tokens import ANYONE, written_out


@pytest.fixture(scope="session")
async def notary(nc: ResilientClient, log: Log, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[FakeNotary]:
    """One that signs whatever there is in the log when it is asked for anything."""
    async with FakeNotary(nc, STREAM, tmp_path_factory.mktemp("tiles"), log=log) as notary:
        yield notary


@pytest.fixture(scope="session")
async def gateway_url(settings: Settings, log: Log, goals_service: None, notary: FakeNotary) -> AsyncIterator[str]:
    """The address of a gateway on a free port."""
    said: list[str] = []

    async with AsyncExitStack() as services:
        for name in NAMES:
            projection = partial(
                serve_projection, [projection_named(name)], settings.nats_address, settings.database_address
            )
            await services.enter_async_context(running(projection))

        await services.enter_async_context(running(partial(serve_access, settings)))

        async def gateway(ready: Callable[[str], None]) -> None:
            def note(line: str) -> None:
                said.append(line)
                ready(line)

            await serve(settings.model_copy(update={"http_port": 0}), note, written_out)

        await services.enter_async_context(running(gateway))
        yield said[0].split()[-1]


@pytest.fixture(scope="session")
async def http(gateway_url: str, submit: Submit) -> AsyncIterator[Http]:
    async with httpx.AsyncClient(base_url=gateway_url, timeout=30, headers=ANYONE) as client:
        yield Http(client, submit)
