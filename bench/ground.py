"""The ground a benchmark stands on: a server of its own on loopback, in a directory that is gone afterwards."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.options import Options
from bench.room import check_room
from events.errors import CairnError
from events.log import Log, connect, declare_log
from events.log.child_process import end_with_parent
from events.log.client.resilient import ResilientClient
from services.embedded_server import EmbeddedServer
from services.settings import Settings

_HOUSE = Path(__file__).parents[1]


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
async def service(settings: Settings, *arguments: str) -> AsyncIterator[Process]:
    """A service as the process that `cairn serve` runs, from when it is ready until it has ended.

    Raises:
        BenchFailed: it did not start, or had to be started again.
    """
    log_file = settings.data_dir / "logs" / f"{arguments[-1]}.log"
    log_file.parent.mkdir(exist_ok=True)
    with log_file.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "services.cli", "serve", *arguments),
            env={**settings.environment(), "PYTHONPATH": str(_HOUSE)},
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=log,
            preexec_fn=end_with_parent,
        )
    try:
        await _until_ready(process, log_file)
        yield process
        if process.returncode is not None:
            raise BenchFailed(f"{arguments[-1]} ended with exit code {process.returncode}; see {log_file}.")
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _until_ready(process: Process, log_file: Path) -> None:
    if process.stdout is None:
        return
    async for line in process.stdout:
        if line.startswith(b"ready"):
            return
    raise BenchFailed(f"A service does not start; see {log_file}.")
