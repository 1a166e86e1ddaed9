"""A whole Cairn with its sample, and the clients of other makers that look at it."""

import sys
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.end_to_end.node import RunningNode
from tests.exchange.javascript import JavaScript
from tests.exchange.python_judges import PythonJudges


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "exchange" in item.path.parts and sys.platform == "win32":
            item.add_marker(pytest.mark.skip(reason="ends processes by their group, which POSIX has"))


@pytest.fixture(scope="session")
def javascript(pytestconfig: pytest.Config) -> JavaScript:
    return JavaScript.installed(pytestconfig.cache.mkdir("exchange"))


@pytest.fixture(scope="session")
def judges(pytestconfig: pytest.Config) -> PythonJudges:
    return PythonJudges.installed(pytestconfig.cache.mkdir("judges"))


@pytest.fixture(scope="session")
async def node(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningNode]:
    running = await RunningNode.start(tmp_path_factory.mktemp("node") / "data", nats_port=0, http_port=0)
    yield running
    await running.stop()


@pytest.fixture(scope="session")
async def http(node: RunningNode) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=node.http_url, timeout=60, headers=node.headers) as client:
        yield client
