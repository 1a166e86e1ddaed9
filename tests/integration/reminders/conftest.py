"""A nats-server of one test's own, with the goals service at work, and reminders that come and go."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from events.log import connect
from services.embedded_server import EmbeddedServer
from services.goals import service as goals
from services.settings import Settings
from tests.conftest import running
from tests.integration.reminders.ward import Ward


@pytest.fixture
async def ward(own_server: EmbeddedServer) -> AsyncIterator[Ward]:
    settings = Settings(nats_url=own_server.url, data_dir=own_server.data_dir)
    async with AsyncExitStack() as stack:
        nc = await connect(own_server.url, name="reminders tests")
        stack.push_async_callback(nc.close)
        ward = Ward(own_server, nc, settings)
        await nc.subscribe("cairn.notice.>", cb=ward.hear)
        await stack.enter_async_context(running(lambda ready: goals.serve(settings, ready)))
        yield ward
