"""What the tests cost: seconds of the processor, with all processes that they start. `make slowest` asks for it.

Unlike the time that a test takes, they are the same on a busy machine.
"""

import os
from collections import defaultdict
from collections.abc import Generator, Iterator
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

import pytest

_TICKS = os.sysconf("SC_CLK_TCK")
_LISTED = 30
_spent: dict[str, float] = defaultdict(float)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Note what a test cost, with the fixtures that were made for it first."""
    before = _seconds()
    try:
        return (yield)
    finally:
        _spent[item.nodeid] += _seconds() - before


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List the files and the tests that cost most."""
    files: dict[str, float] = defaultdict(float)
    for test, seconds in _spent.items():
        files[test.partition("::")[0]] += seconds
    for what, found in (("files", files), ("tests", _spent)):
        terminalreporter.section(f"seconds of the processor: {what}, {sum(found.values()):.0f} in all")
        for name in sorted(found, key=found.__getitem__, reverse=True)[:_LISTED]:
            terminalreporter.write_line(f"{found[name]:8.2f}  {name}")


def _seconds() -> float:
    """What was used so far, by this process, by those that have ended, and by those that it has now."""
    ours = (getrusage(who) for who in (RUSAGE_SELF, RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in ours) + sum(map(_of, _children(os.getpid())))


def _of(pid: int) -> float:
    try:
        # The name in parentheses may hold spaces; behind it the state, the parent, ..., and from the 12th on the times.
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(map(int, told[11:15])) / _TICKS + sum(map(_of, _children(pid)))


def _children(pid: int) -> Iterator[int]:
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            yield from map(int, (thread / "children").read_text().split())
    except (FileNotFoundError, ProcessLookupError):
        return
