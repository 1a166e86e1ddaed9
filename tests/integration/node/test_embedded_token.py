"""The embedded NATS server lets nobody in without its token, which only the owner of the data folder can read."""

import asyncio
import os
import stat
from pathlib import Path

import pytest

from events.log import NotAdmitted, connect
from services.embedded_server import EmbeddedServer, ServerFailed
from services.embedded_token import FILE, nats_token
from services.node.address import NodeAddress, without_secret, write_address
from tests.forked import cairn
from tests.waiting import eventually


def without_token(server: EmbeddedServer) -> str:
    return f"nats://127.0.0.1:{server.port}"


@pytest.mark.parametrize("given", ["", "wrong@", "token:wrong@"])
async def test_nobody_gets_in_without_it(own_server: EmbeddedServer, given: str) -> None:
    with pytest.raises(NotAdmitted) as refusal:
        await connect(f"nats://{given}127.0.0.1:{own_server.port}", name="stranger")
    assert own_server.token not in str(refusal.value)
    assert "wrong" not in str(refusal.value)


async def test_whoever_is_refused_is_told_where_it_is(own_server: EmbeddedServer) -> None:
    with pytest.raises(NotAdmitted, match="nats/token of its data folder: give it as nats://TOKEN@"):
        await connect(without_token(own_server), name="stranger")


async def test_only_its_owner_can_read_it(own_server: EmbeddedServer) -> None:
    for file in (own_server.data_dir / FILE, own_server.data_dir / "nats-server.conf"):
        assert own_server.token in file.read_text()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_it_is_neither_among_the_arguments_nor_in_the_log(own_server: EmbeddedServer) -> None:
    nc = await connect(own_server.url, name="somebody")
    await nc.close()
    with pytest.raises(NotAdmitted):
        await connect(without_token(own_server), name="stranger")
    for file in (Path(f"/proc/{own_server.pid}/cmdline"), own_server.log_file):
        assert own_server.token not in await asyncio.to_thread(file.read_text)
    assert own_server.token not in without_secret(own_server.url)


async def test_it_stays_the_same_across_restarts(own_server: EmbeddedServer) -> None:
    nc = await connect(own_server.url, name="somebody")
    await own_server.stop()
    again = EmbeddedServer(own_server.data_dir, own_server.port)
    assert again.url == own_server.url
    await again.start()
    await eventually(lambda: nc.is_connected, within=30)
    await nc.flush()
    await nc.close()
    await again.stop()


@pytest.mark.parametrize(
    ("text", "mode"), [("x" * 40, 0o640), ("x" * 40, 0o604), ("", 0o600), ("short", 0o600), ('"}\n' * 20, 0o600)]
)
def test_one_that_others_could_read_or_that_is_none_is_made_anew(tmp_path: Path, text: str, mode: int) -> None:
    file = tmp_path / FILE
    file.write_text(text)
    file.chmod(mode)
    token = nats_token(tmp_path)
    assert token != text
    assert nats_token(tmp_path) == token == file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == [FILE]


def test_a_link_to_somewhere_else_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("x" * 40)
    (tmp_path / FILE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ServerFailed, match="cannot be read or made"):
        _ = EmbeddedServer(tmp_path).token


async def test_commands_find_it_in_the_data_folder(own_server: EmbeddedServer, tmp_path: Path) -> None:
    """Also where the server's address is given without it."""
    write_address(tmp_path, NodeAddress(os.getpid(), own_server.url, "http://127.0.0.1:1"))
    for more in ((), ("--nats-url", without_token(own_server))):
        ran = await cairn("log", "acts", *more, CAIRN_DATA_DIR=str(tmp_path))
        assert ran.code == 0, ran.err


async def test_who_is_refused_is_told_what_runs_on_the_data_folder(own_server: EmbeddedServer, tmp_path: Path) -> None:
    """What was seen: told to set CAIRN_DATA_DIR, which was set, to a folder on which nothing ran."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    write_address(elsewhere, NodeAddress(os.getpid(), "nats://secret@127.0.0.1:1", "http://127.0.0.1:1"))
    nothing = tmp_path / "nothing"
    for data_dir, found in (
        (nothing, f"No `cairn up` runs on the data folder {nothing}."),
        (elsewhere, f"The `cairn up` on the data folder {elsewhere} is at nats://127.0.0.1:1."),
    ):
        ran = await cairn("log", "acts", "--nats-url", without_token(own_server), CAIRN_DATA_DIR=str(data_dir))
        assert ran.code == 1
        assert found in ran.err
        assert "give it as nats://TOKEN@" in ran.err
        assert own_server.token not in ran.err + ran.out
        assert "secret" not in ran.err + ran.out
