"""The ground a benchmark stands on: a server of its own on loopback, in a directory that is gone afterwards."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from nats.aio.client import Client

from bench.options import Options
from events.errors import CairnError
from events.log import Log, connect, declare_log
from events.log.server import EmbeddedServer
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
    nc: Client
    log: Log

    def settings(self, **others: object) -> Settings:
        """For services on this ground."""
        return Settings.model_validate({"data_dir": self.directory, "nats_url": self.nats_url, **others})


@asynccontextmanager
async def ground(options: Options) -> AsyncIterator[Ground]:
    """Start a server that syncs every write, declare the log, and clear everything away at the end."""
    with TemporaryDirectory(prefix="cairn-bench-", dir=options.directory) as name:
        directory = Path(name)
        server = EmbeddedServer(directory / "nats")
        await server.start()
        try:
            nc = await connect(server.url, name="cairn bench")
            try:
                await declare_log(nc)
                log = Log(nc)
                yield Ground(directory, server.url, nc, log)
                await log.close()
            finally:
                await nc.close()
        finally:
            await server.stop()


@asynccontextmanager
async def service(settings: Settings, *arguments: str) -> AsyncIterator[None]:
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
        yield
    finally:
        for task in (is_ready, keeping):
            task.cancel()
        await asyncio.wait([is_ready, keeping])
    if troubles:
        raise BenchFailed(troubles[0])
