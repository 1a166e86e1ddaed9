"""Processes that write projections: services, of this version and of the next, and rebuilds."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from projections.engine.naming import Slot
from services.embedded_server import EmbeddedServer
from tests.end_to_end.faults.processes import ServiceProcess
from tests.end_to_end.faults.tables import Tables
from tests.forked import Forked, Ran, cairn
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
    await eventually(lambda: any(map(last_stood_by, copies)), within=120)
    return min(copies, key=last_stood_by)


def last_stood_by(copy: ServiceProcess) -> str:
    """When a copy last found another one at work, as its log has it; nothing when it never did."""
    return max((line for line in copy.log_file.read_text().splitlines() if _STANDS_BY in line), default="")


async def rebuilding(name: str, server: EmbeddedServer, tables: Tables, *, kill_at: int | None = None) -> Ran:
    """`cairn projections rebuild`, to its end, or killed once it has come so far."""

    async def killed(process: Forked, position: int) -> None:
        await eventually(lambda: tables.position(name, Slot.BUILDING) >= position, within=120)
        process.send_signal(signal.SIGKILL)

    there = ("--nats-url", server.url, "--database-url", tables.url)
    meanwhile = None if kill_at is None else partial(killed, position=kill_at)
    return await cairn("projections", "rebuild", name, "--json", *there, meanwhile=meanwhile)
