"""A server whose port somebody else has taken meanwhile never passes for the one that has it."""

from pathlib import Path

import pytest

from services.embedded_server import EmbeddedServer, ServerFailed


async def test_a_port_that_was_free_a_moment_ago_is_changed_for_another(
    own_server: EmbeddedServer, tmp_path: Path
) -> None:
    late = EmbeddedServer(tmp_path / "late")
    late.port = own_server.port
    await late.start()
    assert late.port != own_server.port
    await late.stop()


async def test_a_port_that_was_asked_for_is_not(own_server: EmbeddedServer, tmp_path: Path) -> None:
    with pytest.raises(ServerFailed, match="address already in use"):
        await EmbeddedServer(tmp_path / "late", own_server.port).start()
