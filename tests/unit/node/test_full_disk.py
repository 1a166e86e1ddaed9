"""nats-server is started again after its disk was full, once there is room, and for no other reason."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from services.goals.health import Health
from services.node import full_disk
from services.node.full_disk import ROOM_BYTES, FullDisk, start_again_when_there_is_room
from tests.waiting import eventually

STREAM = "CAIRN_LOG"


class House:
    """A goals service, a disk and a nats-server.

    Attributes:
        full_at: When the log last took nothing for want of room; None while it takes everything.
        free: How many bytes are free.
        looks: How often the disk was looked at.
        stopped: How often nats-server was stopped.
    """

    def __init__(self, folder: Path):
        self.full_at: datetime | None = None
        self.free = 100 * ROOM_BYTES
        self.asked = self.looks = self.stopped = 0
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
