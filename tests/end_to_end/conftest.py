"""One whole Cairn with its sample, for the tests that only look at it or add to it."""

import socket
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from bench.peers.server import held_port
from tests.end_to_end.node import RunningNode


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and sys.platform != "linux":
            item.add_marker(pytest.mark.skip(reason="looks for processes in /proc, which Linux has"))


@pytest.fixture
def ports() -> Iterator[tuple[int, int]]:
    """Two ports that nobody else is given."""
    with held_port() as nats_port, held_port() as http_port:
        yield nats_port, http_port


@pytest.fixture(scope="session")
def taken_ports() -> Iterator[tuple[int, int]]:
    """Two ports that someone else listens on."""
    with (
        socket.create_server(("127.0.0.1", 0)) as first,
        socket.create_server(("127.0.0.1", 0)) as second,
    ):
        yield first.getsockname()[1], second.getsockname()[1]


@pytest.fixture(scope="session")
async def node(taken_ports: tuple[int, int], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningNode]:
    """It was told to listen where someone else does; see test_staying_up.py."""
    nats_port, http_port = taken_ports
    running = await RunningNode.start(
        tmp_path_factory.mktemp("node") / "data", nats_port=nats_port, http_port=http_port
    )
    yield running
    await running.stop()


@pytest.fixture(scope="session")
async def http(node: RunningNode) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=node.http_url, timeout=60, headers=node.headers) as client:
        yield client
