"""Projections are killed while they follow those at work; what they end up with is what a rebuild makes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from events.log import Log, connect
from projections.catalog import NAMES
from services.embedded_server import EmbeddedServer
from tests.end_to_end.faults.clients import Clients
from tests.end_to_end.faults.conftest import Moments
from tests.end_to_end.faults.processes import ServiceProcess
from tests.end_to_end.faults.record import assert_nothing_is_lost
from tests.end_to_end.faults.seeds import seeds
from tests.integration.projections.clinic import Database

KILLS = 2


class Follower:
    """A projection service with a database of its own."""

    def __init__(self, name: str, folder: Path, nats_url: str):
        folder.mkdir()
        self.database = Database(name, folder / "projection.db", nats_url)
        self.process = ServiceProcess(
            *("projection", name),
            data_dir=folder,
            CAIRN_NATS_URL=nats_url,
            CAIRN_DATABASE_URL=self.database.url,
        )

    async def killed_and_started_again(self) -> None:
        await self.process.kill()
        await self.process.start()

    async def assert_equals_a_rebuild(self, log: Log, org: str, last: int) -> None:
        await self.database.reaches(last)
        rebuilt = await self.database.rebuilt(log, last)
        rows = self.database.rows(org)
        assert rows == rebuilt.rows(org)
        assert any(rows.values())
        rebuilt.engine.dispose()


@pytest.fixture
async def followers(own_server: EmbeddedServer, clients: Clients, tmp_path: Path) -> AsyncIterator[list[Follower]]:
    """Every projection, following the log of the clients' goals service."""
    followers = [Follower(name, tmp_path / name, own_server.url) for name in NAMES]
    await asyncio.gather(*(each.process.start() for each in followers))
    yield followers
    await asyncio.gather(*(each.process.stop() for each in followers))
    for each in followers:
        each.database.engine.dispose()


@pytest.fixture
async def log(own_server: EmbeddedServer) -> AsyncIterator[Log]:
    nc = await connect(own_server.url, name="watching")
    log = Log(nc)
    yield log
    await log.close()
    await nc.close()


@seeds(1)
async def test_killed_under_load_they_come_to_what_a_rebuild_comes_to(
    own_server: EmbeddedServer, clients: Clients, followers: list[Follower], moments: Moments, log: Log, org: str
) -> None:
    async with clients.at_work():
        for moment in moments(clients, KILLS):
            await clients.have_recorded(moment)
            await asyncio.gather(*(each.killed_and_started_again() for each in followers))

    last = await log.head()
    for each in followers:
        await each.assert_equals_a_rebuild(log, org, last)
    await assert_nothing_is_lost(own_server.url, clients.connection, clients.answers)
