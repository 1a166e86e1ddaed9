"""One whole Cairn with its sample, for the tests that only look at it or add to it."""

import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.end_to_end.node import RunningNode


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and sys.platform != "linux":
            item.add_marker(pytest.mark.skip(reason="looks for processes in /proc, which Linux has"))


@pytest.fixture
def ports() -> tuple[int, int]:
    return free_ports()


@pytest.fixture(scope="session")
def taken_ports() -> Iterator[tuple[int, int]]:
    """Two ports that someone else listens on."""
    with ExitStack() as stack:
        yield listened_on(stack)


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
    async with httpx.AsyncClient(base_url=node.http_url, timeout=20, headers=node.headers) as client:
        yield client


def free_ports() -> tuple[int, int]:
    """Two different ports that nothing listens on now."""
    with ExitStack() as stack:
        return listened_on(stack)


def listened_on(stack: ExitStack) -> tuple[int, int]:
    """Two ports that are listened on until the stack is unwound."""
    first, second = (stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2))
    return first.getsockname()[1], second.getsockname()[1]
