"""What a benchmark ran on, and when."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile, gettempdir
from time import perf_counter
from typing import Literal

from pydantic import BaseModel, ConfigDict

from events.log.cores import cores
from services.embedded_server import server_binary

_SYNCS_TIMED = 100
_BLOCK = bytes(4096)


class Hardware(BaseModel):
    """The machine.

    Attributes:
        cores: That this process may use.
        memory_gb: In units of 2³⁰ bytes.
        filesystem: Of the directory that the server's data was in; on `tmpfs` nothing is durable.
        fsync_ms: The median time to append 4 KiB to a file there and sync it.
    """

    model_config = ConfigDict(frozen=True)

    cpu: str
    cores: int
    memory_gb: float
    kernel: str
    python: str
    filesystem: str
    fsync_ms: float


class Conditions(BaseModel):
    """What has to be known to judge a figure.

    Attributes:
        load_average: Of the machine over the minute before: what else it was doing.
        sync: The server's `sync_interval`; with `always` an acknowledgement means fsync.
    """

    model_config = ConfigDict(frozen=True)

    date: datetime
    hardware: Hardware
    load_average: float
    nats_server: str
    sync: Literal["always"] = "always"


def conditions(directory: Path | None) -> Conditions:
    """Look around before anything is measured; the server's data will be in the directory (None: the usual one)."""
    version = subprocess.run([server_binary(), "--version"], check=True, capture_output=True, text=True).stdout
    return Conditions(
        date=datetime.now(UTC),
        hardware=_hardware(directory or Path(gettempdir())),
        load_average=round(os.getloadavg()[0], 2),
        nats_server=version.strip().removeprefix("nats-server: v"),
    )


def _hardware(directory: Path) -> Hardware:
    return Hardware(
        cpu=_cpu(),
        cores=cores(),
        memory_gb=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        kernel=f"{platform.system()} {platform.release()}",
        python=f"{platform.python_implementation()} {platform.python_version()}",
        filesystem=_filesystem(directory.resolve()),
        fsync_ms=_fsync_ms(directory),
    )


def _cpu() -> str:
    described = Path("/proc/cpuinfo")
    lines = described.read_text().splitlines() if described.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def _filesystem(directory: Path) -> str:
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return "unknown"
    found, kind = Path("/"), "unknown"
    for line in mounts.read_text().splitlines():
        _, at, mounted, *_ = line.split(" ")
        where = Path(at.replace("\\040", " "))
        if directory.is_relative_to(where) and len(where.parts) >= len(found.parts):
            found, kind = where, mounted
    return kind


def _fsync_ms(directory: Path) -> float:
    took = []
    with TemporaryFile(dir=directory) as file:
        for _ in range(_SYNCS_TIMED):
            file.write(_BLOCK)
            file.flush()
            began = perf_counter()
            os.fsync(file.fileno())
            took.append(perf_counter() - began)
    return round(median(took) * 1000, 3)
