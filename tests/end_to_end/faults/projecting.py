"""Processes that write projections: services, of this version and of the next, and rebuilds."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from events.log.child_process import end_with_parent
from events.log.server import EmbeddedServer
from tests.end_to_end.faults.processes import HOUSE, ServiceProcess
from tests.end_to_end.faults.rebuild import SAME
from tests.end_to_end.faults.tables import Tables
from tests.waiting import eventually

_STANDS_BY = "another copy is at work; standing by"


class NewerService(ServiceProcess):
    """The same of the next version of Cairn."""

    program = "tests.end_to_end.faults.newer_version"


class Services:
    """The services of the projections in one database."""

    def __init__(self, server: EmbeddedServer, tables: Tables, folder: Path):
        self._addresses = {"CAIRN_NATS_URL": server.url, "CAIRN_DATABASE_URL": tables.url}
        self._folder = folder
        self._made: list[ServiceProcess] = []

    def make(self, name: str, version: type[ServiceProcess] = ServiceProcess) -> ServiceProcess:
        """One more service of a projection, not yet started."""
        folder = self._folder / f"service-{len(self._made)}"
        folder.mkdir()
        self._made.append(version("projection", name, data_dir=folder, **self._addresses))
        return self._made[-1]

    async def stop(self) -> None:
        """End all of them in good order."""
        await asyncio.gather(*(each.stop() for each in self._made))


@asynccontextmanager
async def services_on(server: EmbeddedServer, tables: Tables, folder: Path) -> AsyncIterator[Services]:
    """Services that do not outlive the block."""
    services = Services(server, tables, folder)
    try:
        yield services
    finally:
        await services.stop()


async def the_one_at_work(copies: Sequence[ServiceProcess]) -> ServiceProcess:
    """The copy that was not the last to find another at work; known once one of them has."""
    await eventually(lambda: any(map(last_stood_by, copies)), within=60)
    return min(copies, key=last_stood_by)


def last_stood_by(copy: ServiceProcess) -> str:
    """When a copy last found another one at work, as its log has it; nothing when it never did."""
    return max((line for line in copy.log_file.read_text().splitlines() if _STANDS_BY in line), default="")


async def rebuilding(
    name: str, server: EmbeddedServer, tables: Tables, until: Callable[[int], bool] = lambda _: False
) -> list[int]:
    """Rebuild in a process of its own; how far it said to be, until it ended or, at such a place, was killed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.end_to_end.faults.rebuild", name, server.url, tables.url),
        cwd=HOUSE,
        stdout=PIPE,
        preexec_fn=end_with_parent,
    )
    assert process.stdout is not None
    told: list[int] = []
    async for line in process.stdout:
        if line.decode().strip() == SAME:
            break
        told.append(int(line))
        if until(told[-1]):
            process.kill()
            break
    await process.communicate()
    return told
