"""What forks have in common, in an interpreter of its own: it ends with what is tried."""

import subprocess
import sys

_FAILS = """
import asyncio
from events.log.child_process import be_fork

async def goes_wrong():
    raise ValueError("what a patient wrote")

async def together():
    async with asyncio.TaskGroup() as running:
        running.create_task(goes_wrong())

be_fork(lambda: asyncio.run(together()))
"""
_CLOSES = """
import os
from events.log.child_process import be_fork, close_all_but_standard_files

def is_open(number):
    try:
        os.fstat(number)
    except OSError:
        return False
    return True

def run():
    numbers = [os.open(os.devnull, os.O_RDONLY), 500]
    os.dup2(numbers[0], numbers[1])
    close_all_but_standard_files()
    print(*map(is_open, (0, 1, 2, *numbers)))
    return 7

be_fork(run)
"""


def ran(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)


def test_what_nobody_expected_is_told_by_place_and_kind_and_not_in_its_own_words() -> None:
    ended = ran(_FAILS)
    assert ended.returncode == 1
    assert ", in goes_wrong" in ended.stderr
    assert ended.stderr.splitlines()[-1] == "ValueError"
    assert "patient" not in ended.stderr


def test_only_the_standard_files_stay_open() -> None:
    ended = ran(_CLOSES)
    assert ended.stdout.split() == ["True", "True", "True", "False", "False"], ended.stderr
    assert ended.returncode == 7
