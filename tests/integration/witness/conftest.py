"""A house with a log and a notary, and a witness's folder."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.embedded_server import EmbeddedServer
from tests.integration.notary.house import House
from tests.integration.witness.own_witness import OwnWitness


@pytest.fixture
async def house(own_server: EmbeddedServer, tmp_path: Path) -> AsyncIterator[House]:
    async with House.opened(own_server, tmp_path) as opened:
        yield opened


@pytest.fixture
def own_witness(tmp_path: Path) -> OwnWitness:
    return OwnWitness(tmp_path / "witness")
