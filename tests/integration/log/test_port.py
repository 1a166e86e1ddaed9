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


async def test_one_that_ends_without_a_word_is_not_said_to_have_said_what_an_earlier_one_said(tmp_path: Path) -> None:
    class Silent(EmbeddedServer):
        binary = "true"

    silent = Silent(tmp_path)
    silent.log_file.write_text("The words of an earlier one.\n")
    with pytest.raises(ServerFailed, match=r"ended at once\. It said nothing\."):
        await silent.start()
