"""What the processes of an installation take: of a core, and of memory. Linux only; elsewhere nothing is known."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from bench.result import CLIENT, ProcessUse

_PROC = Path("/proc")
_LOOK_SECONDS = 0.5
_QUIET_SECONDS, _QUIET_PERCENT = 3.0, 20.0
_TICKS = os.sysconf("SC_CLK_TCK")
_AFTER_NAME = 2  # the fields of /proc/PID/stat begin with the id and the name, which may hold spaces
_USER, _SYSTEM = 13 - _AFTER_NAME, 14 - _AFTER_NAME


class Memory(NamedTuple):
    """The proportional set size in bytes: memory that several processes share counts for each by its part.

    Attributes:
        files: What of it is files that are mapped.
    """

    all: int = 0
    files: int = 0

    def __add__(self, other: object) -> "Memory":
        """What several have."""
        if not isinstance(other, Memory):
            return NotImplemented
        return Memory(self.all + other.all, self.files + other.files)


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
        return self._use(self._memory())

    @asynccontextmanager
    async def most(self) -> AsyncIterator[Callable[[], tuple[ProcessUse, ...]]]:
        """What they took meanwhile, and the most memory that each name had when it was looked at, twice a second."""
        most = self._memory()

        async def look() -> None:
            while True:
                await asyncio.sleep(_LOOK_SECONDS)
                for name, memory in (await asyncio.to_thread(self._memory)).items():
                    most[name] = max(most.get(name, memory), memory)

        looking = asyncio.create_task(look())
        try:
            yield lambda: self._use(most)
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)

    def _use(self, memory: Mapping[str, Memory]) -> tuple[ProcessUse, ...]:
        seconds = perf_counter() - self._began
        cpu = self._cpu_seconds()
        return tuple(
            ProcessUse(
                process=name,
                cpu_percent=round(max(0.0, cpu.get(name, 0.0) - self._cpu.get(name, 0.0)) / seconds * 100, 1),
                memory_mb=round(used.all / 1e6, 1),
                files_mb=round(used.files / 1e6, 1),
            )
            for name, used in sorted(memory.items())
        )

    def _cpu_seconds(self) -> dict[str, float]:
        seconds: dict[str, float] = {}
        for pid in self._all():
            name = process_name(pid)
            seconds[name] = seconds.get(name, 0.0) + _cpu_seconds(pid)
        return seconds

    def _memory(self) -> dict[str, Memory]:
        memory: dict[str, Memory] = {}
        for pid in self._all():
            name = process_name(pid)
            memory[name] = memory.get(name, Memory()) + proportional_bytes(pid)
        return memory

    def _all(self) -> list[int]:
        return [*family(self._pid), os.getpid()] if _PROC.exists() else []


async def quiet(pid: int) -> None:
    """Wait until a process and those that it has started do next to nothing for a while."""
    while True:
        processes = Processes(pid)
        await asyncio.sleep(_QUIET_SECONDS)
        if sum(use.cpu_percent for use in processes.use() if use.process != CLIENT) < _QUIET_PERCENT:
            return


def family(pid: int) -> Iterator[int]:
    """A process, those that it has started, those that they have started, and so on."""
    yield pid
    for children in _PROC.glob(f"{pid}/task/*/children"):
        with suppress(OSError):
            for child in children.read_text().split():
                yield from family(int(child))


def proportional_bytes(pid: int) -> Memory:
    """The memory of a process; none for one that has just ended."""
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return Memory()
    kib = {name: int(size.split()[0]) for name, _, size in (line.partition(":") for line in lines)}
    return Memory(kib.get("Pss", 0) * 1024, kib.get("Pss_File", 0) * 1024)


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


def _cpu_seconds(pid: int) -> float:
    """0 for a process that has just ended."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[_USER]) + int(fields[_SYSTEM])) / _TICKS
