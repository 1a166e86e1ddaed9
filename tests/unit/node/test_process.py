"""A service goes on where its log file takes nothing, and is tried again where it could not be started."""

import asyncio
import errno
import gc
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from services.node import process
from services.node.forking import ForkedProcess, Forks
from services.node.process import ServiceFailed, ServiceProcess
from services.settings import Settings
from tests.waiting import eventually


class Running(ForkedProcess):
    """A process that says a line and runs until it is told to end."""

    def __init__(self, out: int):
        super().__init__(0, asyncio.get_running_loop().create_future())
        self._out = os.dup(out)
        os.write(self._out, b"ready\n")

    def send_signal(self, number: int) -> None:
        os.close(self._out)
        self._ending.set_result(-number)


class Starting(Forks):
    """Starts such processes, after it has failed a number of times.

    Attributes:
        tried: How often a process was to be started.
    """

    def __init__(self, failures: int = 0):
        self.failures = failures
        self.tried = 0

    def start(self, arguments: Sequence[str], settings: Settings, out: int, err: int) -> ForkedProcess:
        self.tried += 1
        if self.tried <= self.failures:
            raise OSError(errno.ENOMEM, "Cannot allocate memory")
        return Running(out)


def service(logs: Path, forks: Forks, said: list[str]) -> ServiceProcess:
    return ServiceProcess(("goals",), Settings(data_dir=logs), logs, said.append, forks)


def open_files() -> int:
    """How many files this process has open, where a system tells."""
    told = Path("/proc/self/fd")
    return len(list(told.iterdir())) if told.exists() else 0


async def ends(keeping: "asyncio.Task[None]") -> None:
    keeping.cancel()
    await asyncio.wait({keeping})


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device /dev/full, as Linux has it")
async def test_a_log_file_without_room_ends_no_service(tmp_path: Path) -> None:
    (tmp_path / "goals.log").symlink_to("/dev/full")
    said: list[str] = []
    its = service(tmp_path, Starting(), said)
    keeping = asyncio.create_task(its.keep())
    async with asyncio.timeout(30):
        await its.ready.wait()
    assert not keeping.done()
    assert said == []
    await ends(keeping)


async def test_what_cannot_be_started_is_tried_again_and_leaves_nothing_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_MAX_FAILED_STARTS", 10)
    said: list[str] = []
    gc.collect()  # what an earlier test left open is closed now, and not between the counts
    opened = open_files()
    its = service(tmp_path, Starting(failures=2), said)
    keeping = asyncio.create_task(its.keep())
    await eventually(its.ready.is_set)
    assert said == [f"goals could not be run (Cannot allocate memory); starting it again (see {its.log_file})."] * 2
    await ends(keeping)
    await eventually(lambda: open_files() <= opened)


async def test_what_could_never_be_run_is_given_up_with_the_reason_and_not_with_the_words_of_an_earlier_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_MAX_FAILED_STARTS", 1)
    its = service(tmp_path, Starting(failures=1), [])
    its.log_file.write_text("Listening.\n")
    with pytest.raises(ServiceFailed) as raised:
        await its.keep()
    assert str(raised.value).startswith("goals does not start: it could not be run (Cannot allocate memory). See ")


async def test_a_log_file_that_cannot_be_opened_is_said_to_be_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_MAX_FAILED_STARTS", 1)
    its = service(tmp_path, Starting(), [])
    assert its.last_words() == "it has written nothing."
    its.log_file.mkdir()
    with pytest.raises(ServiceFailed, match=r"it could not be run \(Is a directory\)\."):
        await its.keep()
    assert its.last_words() == "its log file cannot be read (Is a directory)."
