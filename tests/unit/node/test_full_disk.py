"""nats-server is started again after its disk was full, once there is room, and for no other reason."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from nats.aio.msg import Msg

from events.log.client.resilient import ResilientClient
from services.embedded_server import EmbeddedServer
from services.goals.health import Health
from services.node import full_disk
from services.node.full_disk import ROOM_BYTES, FullDisk, heeding_a_full_disk, start_again_when_there_is_room
from tests.waiting import eventually

STREAM = "CAIRN_LOG"


class House:
    """A goals service, a disk and a nats-server.

    Attributes:
        full_at: When the log last took nothing for want of room; None while it takes everything.
        free: How many bytes are free.
        looks: How often the disk was looked at.
        stopped: How often nats-server was stopped.
        failures: How often it cannot be stopped from now on.
    """

    def __init__(self, folder: Path):
        self.full_at: datetime | None = None
        self.free = 100 * ROOM_BYTES
        self.asked = self.looks = self.stopped = self.failures = 0
        self.said: list[str] = []
        self.disk = FullDisk(folder, self.ask, self.free_for)

    async def ask(self) -> Mapping[str, Health | None]:
        self.asked += 1
        state = Health(stream=STREAM, state="full" if self.full_at else "recording", no_room_at=self.full_at)
        return {"CAIRN_LOG_B": None, STREAM: state}

    def free_for(self, _: Path) -> int:
        self.looks += 1
        return self.free

    async def stop(self) -> None:
        if self.failures:
            self.failures -= 1
            raise PermissionError
        self.stopped += 1

    def was_stopped(self, times: int) -> bool:
        return self.stopped == times

    def fills(self) -> None:
        """The disk is full, and an event finds no room."""
        self.free, self.full_at = 0, datetime.now(UTC)

    async def asks_again(self) -> None:
        asked = self.asked
        await eventually(lambda: self.asked > asked + 2)


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(full_disk, "LOOK_SECONDS", 0)
    return House(tmp_path)


@pytest.fixture(autouse=True)
async def looking(house: House) -> AsyncIterator[None]:
    task = asyncio.create_task(start_again_when_there_is_room(house.disk, house.stop, house.said.append))
    yield
    task.cancel()
    await asyncio.wait({task})


async def test_it_is_started_again_once_there_is_room(house: House) -> None:
    house.fills()
    await eventually(lambda: house.looks > 2)
    assert house.stopped == 0
    house.free = ROOM_BYTES
    await eventually(lambda: house.stopped)
    # The goals service says that it is full until something was recorded.
    await house.asks_again()
    assert house.stopped == len(house.said) == 1


async def test_and_when_the_disk_was_full_once_more(house: House) -> None:
    for times in (1, 2):
        house.fills()
        await house.asks_again()
        house.free = ROOM_BYTES
        await eventually(partial(house.was_stopped, times))


async def test_a_log_that_takes_nothing_on_a_disk_with_room_is_left_alone(house: House) -> None:
    """The disk may be slow."""
    house.full_at = datetime.now(UTC)
    await eventually(lambda: house.looks > 2)
    assert house.stopped == 0


async def test_a_full_disk_on_which_nothing_is_recorded_is_left_alone(house: House) -> None:
    house.free = 0
    await house.asks_again()
    assert house.looks == house.stopped == 0


async def test_one_that_could_not_be_stopped_is_stopped_later(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.failures = 2
    house.fills()
    await eventually(lambda: house.looks > 2)
    house.free = ROOM_BYTES
    await eventually(lambda: house.stopped)
    assert [record.name for record in caplog.records] == ["cairn.node"] * 2


class Server(EmbeddedServer):
    """A server without a process, which can be stopped."""

    def __init__(self, folder: Path):
        super().__init__(folder, 1)
        self.stopped = asyncio.Event()

    async def stop(self) -> None:
        self.stopped.set()


class Connection:
    """A connection on which the goals service says that the log has no room."""

    is_connected = True

    async def request(self, subject: str, payload: bytes, timeout: float) -> Msg:  # noqa: ASYNC109 - as nats-py's
        assert subject == f"cairn.health.goals.{STREAM}"
        full = Health(stream=STREAM, state="full", no_room_at=datetime.now(UTC))
        return Msg(_client=None, subject="", data=full.model_dump_json().encode())  # type: ignore[arg-type] # not answered


async def test_a_node_stops_its_own_server_by_what_the_goals_service_and_the_disk_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, said, looked = Server(tmp_path), list[str](), list[Path]()

    def usage(folder: Path) -> SimpleNamespace:
        looked.append(folder)
        return SimpleNamespace(free=0 if len(looked) == 1 else ROOM_BYTES)

    monkeypatch.setattr(full_disk, "shutil", SimpleNamespace(disk_usage=usage))
    async with heeding_a_full_disk(server, cast(ResilientClient, Connection()), [STREAM], said.append):
        async with asyncio.timeout(60):
            await server.stopped.wait()
    assert set(looked) == {tmp_path}
    assert len(said) == 1
