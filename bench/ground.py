"""The ground a benchmark stands on: a server of its own on loopback, in a directory that is gone afterwards."""

from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.builds import OURS, Build
from bench.environment import environment_of
from bench.options import Options
from bench.ready_process import ready_process
from bench.room import check_room
from events.log import Log, connect, declare_log
from events.log.client.resilient import ResilientClient
from services.embedded_server import EmbeddedServer
from services.settings import Settings


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
    with workplace(options) as directory:
        if filling is not None:
            await fill_data_dir(directory, filling)
        async with _server(directory) as (url, nc):
            log = Log(nc)
            yield Ground(directory, url, nc, log)
            await log.close()


@contextmanager
def workplace(options: Options) -> Iterator[Path]:
    """A directory that is gone afterwards.

    Raises:
        NoRoom: the disk would be full before the benchmark is done.
    """
    with TemporaryDirectory(prefix="cairn-bench-", dir=options.directory) as name:
        check_room(Path(name), options.disk_bytes)
        yield Path(name)


async def fill_data_dir(directory: Path, filling: Filling) -> None:
    """Fill the log of an embedded server's data folder, on a server that leaves syncing to the kernel."""
    async with _server(directory, sync_always=False) as (_, nc):
        await filling(nc)


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
async def service(settings: Settings, *arguments: str, build: Build = OURS) -> AsyncIterator[Process]:
    """A service as the process that `cairn serve` of a build runs, from when it is ready until it has ended.

    Raises:
        BenchFailed: it did not start, or had to be started again.
    """
    command = (str(build.python), "-P", "-m", "services.cli", "serve", *arguments)
    environment = {**environment_of(settings), "PYTHONPATH": str(build.house)}
    async with ready_process(command, environment, settings.data_dir / "logs" / f"{arguments[-1]}.log") as (process, _):
        yield process
