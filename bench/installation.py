"""A whole Cairn as `cairn up` runs it, of any build, and what a client outside needs to ask it."""

import asyncio
import os
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from bench.builds import Build
from bench.failed import BenchFailed
from bench.gateway import ORG
from bench.ready_process import ready_process

_TOKEN = Path("nats", "token")
_TOKEN_COMMAND = Path("services", "cli", "token.py")
_CLIENT = ("--role", "system", "--org", ORG, "--actor", "bench", "--speaks-for", "patient", "--for", "24h")


class Installation(NamedTuple):
    """A whole Cairn that is ready.

    Attributes:
        pid: The process of `cairn up`.
        nats_url: Of its embedded server, with the token that it asks for, if it asks for one.
        http_port: Of its gateway on loopback.
        token: With which the gateway may be asked for the organisation of the benchmarks; None where it asks for none.
    """

    data_dir: Path
    pid: int
    nats_url: str
    http_port: int
    token: str | None


@asynccontextmanager
async def installation(
    build: Build, data_dir: Path, *, http_port: int = 0, database_url: str | None = None
) -> AsyncIterator[Installation]:
    """Run `cairn up` of a build over a data folder, from when it is ready until it has ended.

    Args:
        http_port: 0 for any.
        database_url: Without it, SQLite in the data folder.

    Raises:
        BenchFailed: it did not start, or ended.
    """
    environment = _environment(build, data_dir)
    command = [*_cairn(build), "up", "--nats-port", "0", "--http-port", str(http_port), "--no-sample"]
    if database_url is not None:
        command += ["--database-url", database_url]
    async with ready_process(command, environment, data_dir / "logs" / "up.log") as (process, ready):
        said = dict(word.split("=", 1) for word in ready.split() if "=" in word)
        nats_url, port = said["nats"], urlsplit(said["http"]).port
        if (data_dir / _TOKEN).exists():
            nats_url = nats_url.replace("://", f"://{(data_dir / _TOKEN).read_text().strip()}@")
        if port is None:
            raise BenchFailed(f"The gateway of {build.name} names no port: {ready}")
        yield Installation(data_dir, process.pid, nats_url, port, await _token(build, environment))


async def _token(build: Build, environment: Mapping[str, str]) -> str | None:
    """A token of the embedded issuer; a build without the command that makes one asks for none."""
    if not (build.house / _TOKEN_COMMAND).exists():
        return None
    command = (*_cairn(build), "token", "create", *_CLIENT, "--plain")
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdin=DEVNULL, stdout=PIPE, stderr=PIPE)
    token, errors = await process.communicate()
    if process.returncode != 0:
        raise BenchFailed(f"{build.name} makes no token: {errors.decode()}")
    return token.decode().strip()


def _cairn(build: Build) -> tuple[str, ...]:
    return (str(build.python), "-P", "-m", "services.cli")


def _environment(build: Build, data_dir: Path) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("CAIRN_")}
    return {**ours, "CAIRN_DATA_DIR": str(data_dir), "PYTHONPATH": str(build.house)}
