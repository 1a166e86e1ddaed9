"""A server whose port somebody else has taken meanwhile never passes for the one that has it."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services import embedded_server
from services.embedded_server import EmbeddedServer, ServerFailed, free_port


async def test_a_port_that_was_free_a_moment_ago_is_changed_for_another(
    own_server: EmbeddedServer, tmp_path: Path
) -> None:
    late = EmbeddedServer(tmp_path / "late")
    late.port = own_server.port
    await late.start()
    assert late.port != own_server.port
    await late.stop()


def test_a_free_port_is_none_that_a_system_gives_away(own_port_range: tuple[int, int]) -> None:
    given_away = range(own_port_range[0], own_port_range[1] + 1)
    assert not [port for port in (free_port() for _ in range(100)) if port in given_away]


def test_no_port_is_given_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever was given one may not listen on it yet."""
    few = range(32_000, 32_005)
    monkeypatch.setattr(embedded_server, "_PORTS", few)
    monkeypatch.setattr(embedded_server, "_given", set(few[:3]))
    monkeypatch.setattr(embedded_server, "socket", Sockets())
    assert {free_port(), free_port()} == set(few[3:])
    with pytest.raises(ServerFailed, match=r"ports 32000 to 32004: this process was given all of them\."):
        free_port()


def test_where_nothing_can_listen_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address")
    monkeypatch.setattr(embedded_server, "socket", Sockets(refused))
    with pytest.raises(ServerFailed, match=r"Nothing can listen on 127\.0\.0\.1, .*: .*Cannot assign"):
        free_port()


class Sockets:
    """Stands in for the module: to each port a socket can be bound, or to none."""

    def __init__(self, refused: OSError | None = None):
        self._refused = refused

    @contextmanager
    def socket(self) -> Iterator["Sockets"]:
        yield self

    def bind(self, address: tuple[str, int]) -> None:
        if self._refused is not None:
            raise self._refused


@pytest.fixture
def own_port_range() -> tuple[int, int]:
    """The ports from which this system connects."""
    told = Path("/proc/sys/net/ipv4/ip_local_port_range")
    if not told.exists():
        pytest.skip(f"needs {told}, which Linux has")
    first, last = map(int, told.read_text().split())
    if first < 32_768:
        pytest.skip("this system was told to give other ports away")
    return first, last


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
