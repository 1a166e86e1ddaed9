"""A server of each test's own, with the stream of the records."""

from collections.abc import AsyncIterator

import pytest

from events.log import connect
from events.log.client.resilient import ResilientClient
from services.access.records.recorder import AccessRecorder
from services.access.records.stream import declare_access
from services.embedded_server import EmbeddedServer


@pytest.fixture
async def nc(own_server: EmbeddedServer) -> AsyncIterator[ResilientClient]:
    nc = await connect(own_server.url, name="test")
    await declare_access(nc)
    yield nc
    await nc.close()


@pytest.fixture
async def recorder(nc: ResilientClient) -> AsyncIterator[AccessRecorder]:
    recorder = AccessRecorder(nc)
    yield recorder
    await recorder.close()
