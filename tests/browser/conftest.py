"""One browser and one whole Cairn with its sample, for all tests that look at pages."""

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from services.access.principal import Principal
from tests.browser.chromium import VARIABLE, chromium, is_required, running_chromium
from tests.browser.window import CLINICIAN, Window, opened
from tests.end_to_end.node import RunningNode
from tests.exchange.javascript import JavaScript

Open = Callable[..., AbstractAsyncContextManager[Window]]
_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if is_required() or (sys.platform == "linux" and chromium() is not None):
        return
    why = f"needs Chromium (Debian: apt-get install chromium), or {VARIABLE} with the path of a browser"
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.skip(reason=why))


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with running_chromium() as running:
        yield running


@pytest.fixture(scope="session")
async def node(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningNode]:
    """A Cairn with its sample, to which tests may add patients of their own."""
    running = await RunningNode.start(tmp_path_factory.mktemp("node") / "data", nats_port=0, http_port=0)
    yield running
    await running.stop()


@pytest.fixture(scope="session")
def window(browser: Browser, node: RunningNode) -> Open:
    """Opens a window: of a clinician of the sample, unless a test names somebody else, or None for nobody."""

    def open_window(principal: Principal | None = CLINICIAN, **options: Any) -> AbstractAsyncContextManager[Window]:
        return opened(browser, node, principal, **options)

    return open_window


@pytest.fixture(scope="session")
def javascript(pytestconfig: pytest.Config) -> JavaScript:
    """The packages of npm that look at pages."""
    otherwise = pytest.fail if is_required() else pytest.skip
    return JavaScript.installed(pytestconfig.cache.mkdir("browser"), _HERE / "clients", otherwise)


@pytest.fixture(scope="session")
def axe(javascript: JavaScript) -> str:
    """The source of axe-core, which looks for what keeps people from reading a page."""
    return (javascript.folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
