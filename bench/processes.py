"""What the processes of an installation take: of a core, and of memory. Linux only; elsewhere nothing is known."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from time import perf_counter

from bench.result import CLIENT, ProcessUse

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_AFTER_NAME = 2  # the fields of /proc/PID/stat begin with the id and the name, which may hold spaces
_USER, _SYSTEM = 13 - _AFTER_NAME, 14 - _AFTER_NAME


class Processes:
    """A process with all that it has started and what they have, by name, and the benchmark's own as the client.

    Args:
        pid: Of the first one.
    """

    def __init__(self, pid: int):
        self._pid = pid
        self._began = perf_counter()
        self._cpu = self._cpu_seconds()

    def use(self) -> tuple[ProcessUse, ...]:
        """What they took of a core since this was made, and their memory now; the first by name comes first."""
        seconds = perf_counter() - self._began
        memory = self._memory_bytes()
        return tuple(
            ProcessUse(
                process=name,
                cpu_percent=round((cpu - self._cpu.get(name, 0.0)) / seconds * 100, 1),
                memory_mb=round(memory.get(name, 0) / 1e6, 1),
            )
            for name, cpu in sorted(self._cpu_seconds().items())
        )

    def _cpu_seconds(self) -> dict[str, float]:
        return _by_name({pid: _cpu_seconds(pid) for pid in self._all()})

    def _memory_bytes(self) -> dict[str, float]:
        return _by_name({pid: proportional_bytes(pid) for pid in self._all()})

    def _all(self) -> list[int]:
        return [*family(self._pid), os.getpid()] if _PROC.exists() else []


def family(pid: int) -> Iterator[int]:
    """A process, those that it has started, those that they have started, and so on."""
    yield pid
    for children in _PROC.glob(f"{pid}/task/*/children"):
        with suppress(OSError):
            for child in children.read_text().split():
                yield from family(int(child))


def proportional_bytes(pid: int) -> float:
    """The proportional set size: memory that several processes share counts for each by its part.

    0 for a process that has just ended.
    """
    with suppress(OSError):
        for line in (_PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def process_name(pid: int) -> str:
    """What a process of Cairn does: `goals`, `projection goal_state`, `nats-server`; `up` for what keeps them."""
    if pid == os.getpid():
        return CLIENT
    try:
        words = (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode().split()
    except OSError:
        return "ended"
    if "serve" in words:
        return " ".join(words[words.index("serve") + 1 :])
    return "up" if "up" in words else Path(words[0]).name if words else "ended"


def _by_name(figures: Mapping[int, float]) -> dict[str, float]:
    names: dict[str, float] = {}
    for pid, figure in figures.items():
        name = process_name(pid)
        names[name] = names.get(name, 0.0) + figure
    return names


def _cpu_seconds(pid: int) -> float:
    """0 for a process that has just ended."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[_USER]) + int(fields[_SYSTEM])) / _TICKS
