"""What processes take, by what they do."""

import os
import subprocess
import sys
from collections.abc import Iterator
from time import process_time

import pytest

from bench.processes import Memory, Processes, family, process_name, proportional_bytes, quiet
from bench.result import CLIENT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")

_COMPUTING_SECONDS = 0.1  # several of the ticks in which the kernel counts
_WAITS = "import sys; print('there', flush=True); sys.stdin.read()"
_STARTS = """
import subprocess, sys
serves = [sys.executable, "-c", sys.argv[1], "serve", "projection", "goal_state"]
child = subprocess.Popen(serves, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
child.stdout.readline()
print("there", flush=True)
sys.stdin.read()
child.communicate()
"""


@pytest.fixture
def up() -> Iterator[int]:
    """A process called `… up`, which has started one called `… serve projection goal_state`."""
    command = [sys.executable, "-c", _STARTS, _WAITS, "up"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
        process.communicate()


def test_a_family_is_named_by_what_each_does(up: int) -> None:
    assert [process_name(pid) for pid in family(up)] == ["up", "projection goal_state"]


def test_every_process_and_the_client_has_its_share(up: int) -> None:
    uses = Processes(up).use()
    assert [use.process for use in uses] == [CLIENT, "projection goal_state", "up"]
    assert all(use.memory_mb > 0 and use.cpu_percent >= 0 for use in uses)


def test_one_that_has_ended_has_nothing() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    assert list(family(process.pid)) == [process.pid]
    assert proportional_bytes(process.pid) == Memory()
    assert process_name(process.pid) == "ended"


def test_what_the_client_computes_is_the_clients() -> None:
    processes = Processes(os.getpid())
    began = process_time()
    while process_time() - began < _COMPUTING_SECONDS:
        pass
    [client] = [use for use in processes.use() if use.process == CLIENT]  # beside what other tests have started
    assert client.cpu_percent > 0


async def test_one_that_waits_is_quiet(up: int) -> None:
    await quiet(up)
