"""Putting a backup in the place of the log.

The backup is checked on a separate server first. Events that the present log holds are backed up before it is deleted.

The present log is closed for new events before it is read for the last time, so that no event is recorded between that
read and its deletion. Until it is deleted, it can be opened again.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from events.errors import CairnError
from events.log import connect
from events.log.backup import (
    BackupFailed,
    Manifest,
    Progress,
    refuse_consumers,
    restore_archive,
    write_archive,
    write_manifest,
)
from events.log.client.jetstream_api import ApiRefused, ApiUnanswered, Json, ask_api
from events.log.client.resilient import ResilientClient
from events.log.digest import EarlierDigest
from events.log.findings import Verification
from events.log.placement import Placement
from events.log.placing import refuse_to_lose
from events.log.stream import log_config
from events.log.stream_state import NoStream, StreamState, read_state
from events.log.verification import Extent
from services.embedded_server import EmbeddedServer

_NOWHERE = "cairn.set_aside"
"""The only subject of a stream that is closed for new events; nobody publishes to it."""


class ReadThrough(Protocol):
    """Reads a stream through and checks it."""

    def __call__(
        self, nc: ResilientClient, stream: str, extent: Extent | None = None, earlier: EarlierDigest | None = None
    ) -> Awaitable[Verification]:
        """What was found, as far as the stream goes or only up to an extent, compared with an earlier digest."""


class Reading(NamedTuple):
    """How the caller moves archives and reads streams, and shows its progress.

    Attributes:
        moved: Called with the number of further bytes of an archive that have been moved.
        read: Reads a stream through.
    """

    moved: Progress
    read: ReadThrough


class Restored(NamedTuple):
    """The result of a restore.

    Attributes:
        found: The findings of reading the restored stream through.
        replaced: The folder with the backup of the former log; None when there was no log.
        lost: How many more events the former log had than the backup.
    """

    found: Verification
    replaced: Path | None
    lost: int


async def restore_stream(
    nc: ResilientClient,
    manifest: Manifest,
    folder: Path,
    placement: Placement,
    replicas: int,
    *,
    keep_in: Path | None,
    reading: Reading,
) -> Restored:
    """Put a backup in the place of a stream of the log.

    Args:
        manifest, folder: The backup.
        placement: Which organisations the stream takes in; the backup must hold events of no others.
        replicas: On how many servers of a cluster the stream is kept.
        keep_in: A new folder for a backup of the present log, if that holds events; with None, a restore over a log
            with events is refused.

    Raises:
        BackupFailed: the backup does not match its manifest, or cannot be put in place; the present log stays as it
            was, unless the sentence says otherwise.
        BadPlacement, WrongStream: the placement has no such stream, or not with all of the backup's organisations.
    """
    placement.check(manifest.stream)
    config = log_config(manifest.stream, replicas, placement.subjects(manifest.stream))
    await prove_aside(manifest, folder, placement, reading)
    replaced, events_before = await _make_room(nc, manifest.stream, keep_in, reading)
    try:
        await restore_archive(nc, manifest, folder, config, reading.moved)
        found = await reading.read(nc, manifest.stream, earlier=manifest.proof)
        manifest.check(found)
    except CairnError as error:
        if replaced is None:
            raise
        raise BackupFailed(f"{error} The log that was there is kept in {replaced}.") from error
    return Restored(found, replaced, max(0, events_before - manifest.events))


async def prove_aside(manifest: Manifest, folder: Path, placement: Placement, reading: Reading) -> None:
    """Restore a backup on a separate server that is started only for this, and read it through.

    Raises:
        BackupFailed: the backup does not match its manifest.
        WrongStream: the backup holds events of organisations that the placement has on another stream.
    """
    subjects = placement.subjects(manifest.stream)
    async with AsyncExitStack() as stack:
        place = stack.enter_context(tempfile.TemporaryDirectory(prefix="cairn-backup-"))
        server = EmbeddedServer(Path(place), sync_always=False)
        stack.push_async_callback(server.stop)
        await server.start()
        nc = await connect(server.url, name="cairn backup")
        stack.push_async_callback(nc.close)
        await restore_archive(nc, manifest, folder, log_config(manifest.stream, 1, subjects), reading.moved)
        await refuse_consumers(nc, manifest.stream)
        manifest.check(await reading.read(nc, manifest.stream, earlier=manifest.proof))
        await refuse_to_lose(nc, manifest.stream, subjects)


async def back_up(nc: ResilientClient, stream: str, folder: Path, reading: Reading) -> tuple[Manifest, Verification]:
    """Copy a stream into a folder and return its manifest, which the caller has to write.

    Raises:
        BackupFailed: the folder holds a backup already, or the server gives none.
    """
    manifest = await write_archive(nc, stream, folder, reading.moved)
    found = await reading.read(nc, stream, manifest.extent)
    manifest.prove(found)
    return manifest, found


async def _make_room(
    nc: ResilientClient, stream: str, keep_in: Path | None, reading: Reading
) -> tuple[Path | None, int]:
    """Delete the present stream; returns the folder of its backup and the number of its events."""
    existing = await _state(nc, stream)
    if existing is None:
        return None, 0
    if existing.messages and keep_in is None:
        raise _holds_events(existing, stream)
    await _take_from(nc, existing.config, [f"{_NOWHERE}.{stream}"])
    try:
        state = await read_state(nc, stream)
        if state.messages and keep_in is None:
            raise _holds_events(state, stream)
        kept = keep_in if state.messages else None
        if kept is not None:
            manifest, _ = await back_up(nc, stream, kept, reading)
            await asyncio.to_thread(write_manifest, manifest, kept)
        await _ask(nc, f"STREAM.DELETE.{stream}", {})
    except BaseException:
        await _take_from(nc, existing.config, existing.config["subjects"])
        raise
    return kept, state.messages


async def _state(nc: ResilientClient, stream: str) -> StreamState | None:
    try:
        return await read_state(nc, stream)
    except NoStream:
        return None


async def _take_from(nc: ResilientClient, config: Mapping[str, Any], subjects: list[str]) -> None:
    await _ask(nc, f"STREAM.UPDATE.{config['name']}", {**config, "subjects": subjects})


async def _ask(nc: ResilientClient, request: str, body: Json) -> None:
    try:
        await ask_api(nc, request, body)
    except (ApiRefused, ApiUnanswered) as error:
        raise BackupFailed(str(error)) from error


def _events(count: int) -> str:
    return f"{count:,} event{'' if count == 1 else 's'}"


def _holds_events(state: StreamState, stream: str) -> BackupFailed:
    return BackupFailed(
        f"The log {stream} is there and holds {_events(state.messages)}, up to position {state.last:,}; nothing was"
        " changed. With --replace it is backed up to a folder beside the backup, and then replaced."
    )
