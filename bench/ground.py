"""The ground a benchmark stands on: a server of its own on loopback, in a directory that is gone afterwards."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.options import Options
from bench.room import check_room
from events.errors import CairnError
from events.log import Log, connect, declare_log
from events.log.client.resilient import ResilientClient
from services.embedded_server import EmbeddedServer
from services.node.process import ServiceProcess
from services.settings import Settings


class BenchFailed(CairnError):
    """What was to be measured did not happen, so there is no figure for it."""


@dataclass(frozen=True)
class Ground:
    """A server with an empty log.

    Attributes:
        directory: For whatever else the benchmark keeps on the disk.
        nc: The connection of this process, which is the client's.
    """

    directory: Path
    nats_url: str
    nc: ResilientClient
    log: Log

    def settings(self, **others: object) -> Settings:
        """For services on this ground."""
        return Settings.model_validate({"data_dir": self.directory, "nats_url": self.nats_url, **others})


Filling = Callable[[ResilientClient], Awaitable[object]]
"""Puts into the log what is to be there before anything is measured."""


@asynccontextmanager
async def ground(options: Options, filling: Filling | None = None) -> AsyncIterator[Ground]:
    """Start a server that syncs every write, declare the log, and clear everything away at the end.

    Args:
        filling: Done first, on a server that leaves syncing to the kernel, which is ended before the other begins.
    """
    with TemporaryDirectory(prefix="cairn-bench-", dir=options.directory) as name:
        directory = Path(name)
        check_room(directory, options.disk_bytes)
        if filling is not None:
            async with _server(directory, sync_always=False) as (_, nc):
                await filling(nc)
        async with _server(directory) as (url, nc):
            log = Log(nc)
            yield Ground(directory, url, nc, log)
            await log.close()


@asynccontextmanager
async def _server(directory: Path, *, sync_always: bool = True) -> AsyncIterator[tuple[str, ResilientClient]]:
    server = EmbeddedServer(directory / "nats", sync_always=sync_always)
    await server.start()
    try:
        nc = await connect(server.url, name="cairn bench")
        try:
            await declare_log(nc)
            yield server.url, nc
        finally:
            await nc.close()
    finally:
        await server.stop()


@asynccontextmanager
async def service(settings: Settings, *arguments: str) -> AsyncIterator[ServiceProcess]:
    """A service as the process that `cairn serve` runs, from when it is ready until it has ended.

    Raises:
        BenchFailed: it did not start, or had to be started again.
    """
    logs = settings.data_dir / "logs"
    logs.mkdir(exist_ok=True)
    troubles: list[str] = []
    process = ServiceProcess(arguments, settings.environment(), logs, troubles.append)
    keeping = asyncio.create_task(process.keep())
    is_ready = asyncio.create_task(process.ready.wait())
    try:
        await asyncio.wait([keeping, is_ready], return_when=asyncio.FIRST_COMPLETED)
        if keeping.done():
            keeping.result()
        yield process
    finally:
        for task in (is_ready, keeping):
            task.cancel()
        await asyncio.wait([is_ready, keeping])
    if troubles:
        raise BenchFailed(troubles[0])
