"""A stream that is deleted and made anew, as often as it takes.

nats-server 2.15.1 acknowledges a deletion and goes on removing files: a stream that is made of the same name in the
next moment may begin with messages of the deleted one, or be refused (docs/compatibility.md).
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from nats.errors import Error as NatsError
from nats.js.api import StreamState
from nats.js.errors import NotFoundError

from events.log import declare_log
from events.log.backup import BackupFailed, Manifest, restore_archive
from events.log.client.resilient import ResilientClient
from events.log.stream import STREAM, WrongStream, log_config
from tests.waiting import eventually

Make = Callable[[ResilientClient], Awaitable[object]]


async def make_anew(nc: ResilientClient, make: Make = declare_log, *, stream: str = STREAM) -> None:
    """Delete a stream, if there is one, and have it made, until it is empty."""
    await _until(nc, stream, make, lambda state: state.last_seq == 0)


async def restore_anew(nc: ResilientClient, manifest: Manifest, folder: Path) -> None:
    """Delete the log's stream, and make it anew out of a backup, until it holds what the backup does."""

    async def restore(nc: ResilientClient) -> None:
        await restore_archive(nc, manifest, folder, log_config(), lambda _: None)

    backed_up = (manifest.state["messages"], manifest.state["last_seq"])
    await _until(nc, STREAM, restore, lambda state: (state.messages, state.last_seq) == backed_up)


async def _until(nc: ResilientClient, stream: str, make: Make, is_right: Callable[[StreamState], bool]) -> None:
    await eventually(partial(_is_made, nc, stream, make, is_right), within=60)


async def _is_made(nc: ResilientClient, stream: str, make: Make, is_right: Callable[[StreamState], bool]) -> bool:
    js = nc.jetstream(timeout=30)
    try:
        with suppress(NotFoundError):
            await js.delete_stream(stream)
        await make(nc)
        return is_right((await js.stream_info(stream)).state)
    except (NatsError, BackupFailed, WrongStream):  # in a cluster nobody may lead just then
        return False
