"""A service that is told to end does so promptly, also while NATS is away."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from events.log import connect, declare_log
from services.embedded_server import EmbeddedServer
from services.goals import service as goals
from services.intake import service as intake
from services.reminders import service as reminders
from services.settings import Settings
from tests.conftest import running
from tests.waiting import eventually

Serve = Callable[[Settings, Callable[[str], None]], Awaitable[None]]


@pytest.mark.parametrize("serve", [goals.serve, intake.serve, reminders.serve], ids=["goals", "intake", "reminders"])
async def test_it_ends_while_nats_is_away(own_server: EmbeddedServer, serve: Serve) -> None:
    nc = await connect(own_server.url, name="test")
    await declare_log(nc)
    service = running(lambda ready: serve(Settings(nats_url=own_server.url, data_dir=own_server.data_dir), ready))
    await service.__aenter__()
    await own_server.stop()
    await eventually(lambda: not nc.is_connected)

    async with asyncio.timeout(20):
        await service.__aexit__()
        await nc.close()
