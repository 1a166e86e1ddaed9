"""Starting a whole Cairn: until it is ready, until its projections have the whole log, and what it takes at rest."""

import asyncio
from contextlib import suppress
from pathlib import Path
from time import perf_counter

from bench.builds import Build
from bench.failed import BenchFailed
from bench.gateway import ORG
from bench.http_connection import HttpConnection, OtherAnswer, http_connections
from bench.installation import Installation, installation
from bench.processes import Processes, quiet
from bench.result import ProcessUse, Run
from services.embedded_server import free_port

_LONGEST_SECONDS = 1800.0
_PAUSE_SECONDS = 0.02
_LISTS = ("goals", "reviews", "audit")
"""Lists that are read from one projection each, and wait for a position in it."""
_NOT_YET = (503, 504)


async def built(build: Build, data_dir: Path, events: int, database_url: str | None = None) -> Run:
    """Start over a log of which nothing is known yet, until every projection has it all.

    The most memory of each process is that until everything is done, reminders included.
    """
    began = perf_counter()
    async with (
        installation(build, data_dir, database_url=database_url) as there,
        Processes(there.pid).most() as use,
    ):
        await asyncio.wait_for(_visible(there, events), _LONGEST_SECONDS)
        seconds = perf_counter() - began
        await asyncio.wait_for(quiet(there.pid), _LONGEST_SECONDS)
        return Run.of(events, seconds, (), use())


async def restarted(build: Build, data_dir: Path, rest_seconds: float) -> Run:
    """Start over a data folder that was in use before; the rate is the seconds until `/readyz` says `ready`.

    Args:
        rest_seconds: For how long nothing is done before one looks at what is taken at rest.
    """
    port = free_port()
    began = perf_counter()
    waiting = asyncio.create_task(_ready(port))
    try:
        async with installation(build, data_dir, http_port=port) as there:
            if there.http_port != port:
                raise BenchFailed(f"Port {port} was taken meanwhile.")
            seconds = await asyncio.wait_for(waiting, _LONGEST_SECONDS) - began
            at_rest = await _at_rest(there, rest_seconds)
    finally:
        waiting.cancel()
    return Run(operations=1, seconds=round(seconds, 4), rate=round(seconds, 3), processes=at_rest)


async def _visible(there: Installation, position: int) -> None:
    """Wait until every list can be read as it is at a position."""
    async with http_connections(there.http_port, len(_LISTS), there.token) as connections:
        await asyncio.gather(
            *(
                _answers(connection, f"/v1/orgs/{ORG}/{name}?limit=1&min_position={position}")
                for connection, name in zip(connections, _LISTS, strict=True)
            )
        )


async def _at_rest(there: Installation, seconds: float) -> tuple[ProcessUse, ...]:
    processes = Processes(there.pid)
    await asyncio.sleep(seconds)
    return processes.use()


async def _ready(port: int) -> float:
    """When it was ready."""
    while True:
        with suppress(OSError, BenchFailed):
            async with http_connections(port, 1) as (connection,):
                await _answers(connection, "/readyz")
                return perf_counter()
        await asyncio.sleep(_PAUSE_SECONDS)


async def _answers(connection: HttpConnection, path: str) -> None:
    """Ask until the answer is there."""
    while True:
        try:
            await connection.get(path)
            return
        except OtherAnswer as answer:
            if answer.status not in _NOT_YET:
                raise
        await asyncio.sleep(_PAUSE_SECONDS)
