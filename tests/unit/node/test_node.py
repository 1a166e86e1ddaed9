"""A node that is on its way out is found by nobody, and whoever starts it again waits for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest

from services.node import node
from services.node.address import NodeAddress, read_address
from services.node.forking import Forks
from services.node.process import ServiceFailed
from services.settings import Settings


class NoForks:
    """Starts nothing, and is ready for it at once."""

    async def prepare(self) -> None:
        """Nothing has to be imported."""


async def test_one_that_does_not_start_is_found_until_its_services_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[NodeAddress | None] = []

    @asynccontextmanager
    async def kept(_: object) -> AsyncIterator[list[object]]:
        found.append(read_address(tmp_path))
        try:
            yield []
        finally:
            found.append(read_address(tmp_path))

    async def nothing(*_: object) -> None:
        """No server is needed for it."""

    async def fails(*_: object) -> None:
        raise ServiceFailed("background does not start.")

    monkeypatch.setattr(node, "_connected", nothing)
    monkeypatch.setattr(node, "place", nothing)
    monkeypatch.setattr(node, "_kept", kept)
    monkeypatch.setattr(node, "_until", fails)
    settings = Settings(data_dir=tmp_path, nats_url="nats://127.0.0.1:1", http_port=0)
    with pytest.raises(ServiceFailed):
        await node.run_node(settings, print, print, cast(Forks, NoForks()))
    while_it_starts, while_they_end = found
    assert while_it_starts is not None
    assert while_they_end is None
