"""A house of each test's own: it loses its log, or its notary's memory."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.embedded_server import EmbeddedServer
from tests.integration.notary.house import House


@pytest.fixture
async def house(own_server: EmbeddedServer, tmp_path: Path) -> AsyncIterator[House]:
    async with House.opened(own_server, tmp_path) as opened:
        yield opened
