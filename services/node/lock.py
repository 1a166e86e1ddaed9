"""The lock of a data folder: only one node runs on it."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from events.errors import CairnError
from services.node.address import read_address, without_secret

FILE = "node.lock"
_KILLED_NODE_SECONDS = 30.0


class AlreadyRunning(CairnError):
    """Another node runs on the data folder."""


class UnusableFolder(CairnError):
    """The data folder cannot be made, or nothing can be written there."""

    @classmethod
    def of(cls, data_dir: Path, error: OSError) -> "UnusableFolder":
        """The refusal of a data folder."""
        return cls(
            f"The data folder {data_dir} cannot be made or written to: {error.strerror or error}."
            " Run this as the user whose data folder it is, or name another with CAIRN_DATA_DIR."
        )


@asynccontextmanager
async def locked(data_dir: Path) -> AsyncIterator[int]:
    """Lock the data folder, and give the lock's file descriptor.

    A process that inherits the descriptor holds the lock too. nats-server inherits it: two servers that write one store
    would damage it, and after a node was killed its server takes a moment to close.

    Raises:
        AlreadyRunning: another node holds the lock. The server of a killed node is waited for.
        UnusableFolder: the lock cannot be written there.
    """
    try:
        descriptor = os.open(data_dir / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise UnusableFolder.of(data_dir, error) from error
    try:
        await _lock(descriptor, data_dir)
        yield descriptor
    finally:
        os.close(descriptor)


async def _lock(descriptor: int, data_dir: Path) -> None:
    for _ in range(int(_KILLED_NODE_SECONDS / 0.1)):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            running = read_address(data_dir)
            if running is not None:
                raise AlreadyRunning(
                    f"A Cairn (process {running.pid}) runs on {data_dir} already, at {running.http_url} and"
                    f" {without_secret(running.nats_url)}. Stop it, or give another --data-dir."
                ) from None
        await asyncio.sleep(0.1)
    raise AlreadyRunning(f"A Cairn is starting or stopping on {data_dir}. Wait for it, or give another --data-dir.")
