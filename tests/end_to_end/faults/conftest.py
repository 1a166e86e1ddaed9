"""A goals service on a nats-server of one test's own, and the clients that submit to it."""

import random
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from services.embedded_server import EmbeddedServer
from tests.end_to_end.faults.clients import Clients, connected
from tests.end_to_end.faults.processes import ServiceProcess

Moments = Callable[[Clients, int], list[int]]


@pytest.fixture
async def own_server(tmp_path: Path) -> AsyncIterator[EmbeddedServer]:
    """One that syncs, as Cairn's does: what is answered here is what is looked for after a fault."""
    server = EmbeddedServer(tmp_path / "nats")
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def goals(own_server: EmbeddedServer, tmp_path: Path) -> AsyncIterator[ServiceProcess]:
    """The only goals service on the server."""
    service = ServiceProcess("goals", data_dir=tmp_path, CAIRN_NATS_URL=own_server.url)
    await service.start()
    yield service
    await service.stop()


@pytest.fixture
async def clients(own_server: EmbeddedServer, goals: ServiceProcess, org: str) -> AsyncIterator[Clients]:
    """Eight clients with six patients each: enough that submissions share batches."""
    async with connected([own_server.url]) as connections:
        yield Clients(connections, org)


@pytest.fixture
def moments(seed: int) -> Moments:
    """When something happens to those at work: once they have had so many submissions recorded. The seed decides."""

    def drawn(clients: Clients, count: int) -> list[int]:
        return sorted(random.Random(seed).sample(range(1, clients.total * 9 // 10), count))

    return drawn
