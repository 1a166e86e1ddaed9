"""A node's nats-server is started again whatever kept it from it."""

import asyncio
import errno
from pathlib import Path

import pytest

from services.embedded_server import EmbeddedServer
from services.node import backoff
from services.node.server import running_server
from tests.waiting import eventually


class Server(EmbeddedServer):
    """A server without a process.

    Attributes:
        failures: How often it is not to start from now on.
        starts: How often it started.
    """

    def __init__(self, folder: Path):
        super().__init__(folder, 1)
        self.failures = self.starts = 0
        self.ended = asyncio.Event()

    async def start(self) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError(errno.ENOSPC, "No space left on device")
        self.starts += 1
        self.ended.clear()

    async def wait(self) -> int:
        await self.ended.wait()
        return 1

    async def stop(self) -> None:
        self.ended.set()


class StoppedAsItStarts(Server):
    """A server that somebody stops at the moment when it has started for the second time."""

    async def wait(self) -> int:
        if self.starts == 2:
            self.starts += 1
            return await EmbeddedServer.wait(self)  # there is no process to wait for
        return await super().wait()


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "_LONGEST_PAUSE_SECONDS", 0.0)


async def test_a_disk_that_takes_no_configuration_is_tried_again(tmp_path: Path) -> None:
    server, said = Server(tmp_path), list[str]()
    async with running_server(server, said.append):
        server.failures = 2
        server.ended.set()
        await eventually(lambda: server.starts == 2)
    assert said[0].startswith("nats-server ended with exit code 1; starting it again on its port")
    assert said[1:] == ["nats-server does not start: [Errno 28] No space left on device"] * 2


async def test_one_that_was_stopped_as_it_started_is_started_again(tmp_path: Path) -> None:
    server, said = StoppedAsItStarts(tmp_path), list[str]()
    async with running_server(server, said.append):
        server.ended.set()
        await eventually(lambda: server.starts == 4)
    assert said[1].startswith("nats-server was stopped; starting it again on its port")
