"""Backup and restore of the log through the JetStream snapshot API: a consistent copy while writing goes on.

A backup of a stream is a folder: `log.snapshot`, the server's own archive of the stream, and `manifest.json`, which
says what is in it and what its content hashes to (see :mod:`events.log.verification`). The log on several streams is a
folder with one of these for each. Each is consistent in itself, and there is nothing between them that could be torn.
"""

import asyncio
import hashlib
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json, to_json

from events.errors import CairnError

_CHUNK = 128 * 1024
_TIMEOUT = 60.0
_ARCHIVE = "log.snapshot"
_MANIFEST = "manifest.json"

Progress = Callable[[int], None]
"""Told how many more bytes have been moved."""


class BackupFailed(CairnError):
    """The log could not be backed up, or not be restored; says why and what to do."""


class Manifest(BaseModel):
    """What a backup holds.

    Attributes:
        stream: The stream's name.
        streams: All streams of the log, where there are several; their backups belong together.
        config, state: The stream's configuration and state as the server gave them with the snapshot.
        archive_bytes, archive_sha256: Size and hash of the archive file.
        events, position, digest: How many events, the last position, and the content's chained digest; filled in by
            whoever verified the backup.
    """

    stream: str
    streams: tuple[str, ...] = ()
    config: dict[str, Any]  # the server's own words, handed back to it on restore
    state: dict[str, Any]
    archive_bytes: int
    archive_sha256: str
    events: int = 0
    position: int = 0
    digest: str = ""


async def write_archive(nc: Client, stream: str, folder: Path, progress: Progress) -> Manifest:
    """Copy the stream into a folder, as one consistent snapshot.

    Returns:
        The manifest, not yet written: its content is still to be verified.

    Raises:
        BackupFailed: the folder holds a backup already, or the server gives no snapshot.
    """
    _make_room(folder)
    chunks: asyncio.Queue[Msg] = asyncio.Queue()
    inbox = nc.new_inbox()
    subscription = await nc.subscribe(inbox, cb=chunks.put)
    try:
        request = {"deliver_subject": inbox, "no_consumers": True, "chunk_size": _CHUNK}
        said = await _ask(nc, f"$JS.API.STREAM.SNAPSHOT.{stream}", request)
        size, digest = await _save(nc, chunks, folder / _ARCHIVE, progress)
    finally:
        await subscription.unsubscribe()
    return Manifest(
        stream=stream, config=said["config"], state=said["state"], archive_bytes=size, archive_sha256=digest
    )


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Complete a backup: without its manifest it is none."""
    unfinished = folder / f"{_MANIFEST}.unfinished"
    unfinished.write_text(manifest.model_dump_json(indent=2))
    unfinished.replace(folder / _MANIFEST)


def read_manifest(folder: Path) -> Manifest:
    """What a backup says of itself.

    Raises:
        BackupFailed: there is no complete backup in the folder.
    """
    try:
        return Manifest.model_validate_json((folder / _MANIFEST).read_bytes())
    except (OSError, ValidationError):
        raise BackupFailed(f"{folder} holds no complete backup: its {_MANIFEST} is missing or damaged.") from None


def folder_of(folder: Path, stream: str, streams: Collection[str]) -> Path:
    """Where in the folder of a backup a stream has its own."""
    return folder / stream if len(streams) > 1 else folder


def read_manifests(folder: Path) -> dict[Path, Manifest]:
    """What a backup says of itself: of each stream's folder, as :func:`read_manifest`.

    Raises:
        BackupFailed: there is no complete backup of every stream in the folder.
    """
    if (folder / _MANIFEST).exists() or not any(folder.glob(f"*/{_MANIFEST}")):
        return {folder: read_manifest(folder)}
    found = {path.parent: read_manifest(path.parent) for path in sorted(folder.glob(f"*/{_MANIFEST}"))}
    backed_up = {manifest.stream for manifest in found.values()}
    if missing := {stream for manifest in found.values() for stream in manifest.streams} - backed_up:
        raise BackupFailed(f"{folder} holds no complete backup: {', '.join(sorted(missing))} is missing.")
    return found


async def restore_archive(nc: Client, manifest: Manifest, folder: Path, progress: Progress) -> None:
    """Make the stream anew from a backup.

    Raises:
        BackupFailed: the archive is not the one of the manifest, the stream exists already, or the server refuses.
    """
    archive = folder / _ARCHIVE
    if await asyncio.to_thread(_sha256, archive) != manifest.archive_sha256:
        raise BackupFailed(f"{archive} is not what was backed up: its hash differs from the manifest's.")
    request = {"config": manifest.config, "state": manifest.state}
    said = await _ask(nc, f"$JS.API.STREAM.RESTORE.{manifest.stream}", request)
    try:
        with archive.open("rb") as source:
            while chunk := await asyncio.to_thread(source.read, _CHUNK):
                await nc.request(said["deliver_subject"], chunk, timeout=_TIMEOUT)
                progress(len(chunk))
        done = await nc.request(said["deliver_subject"], b"", timeout=_TIMEOUT)
    except (NatsError, TimeoutError) as error:
        raise BackupFailed(f"The server broke off the restore: {error}.") from error
    _refused(from_json(done.data))


def _make_room(folder: Path) -> None:
    """What patients said is in a backup, so the folder is its owner's alone."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (folder / _MANIFEST).exists() or (folder / _ARCHIVE).exists():
        raise BackupFailed(f"{folder} holds a backup already; name a new folder.")


async def _save(nc: Client, chunks: "asyncio.Queue[Msg]", archive: Path, progress: Progress) -> tuple[int, str]:
    size, mixed = 0, hashlib.sha256()
    with archive.open("xb") as target:
        while True:
            try:
                async with asyncio.timeout(_TIMEOUT):
                    message = await chunks.get()
            except TimeoutError:
                raise BackupFailed("The server broke off the snapshot.") from None
            if not message.data:
                break
            await asyncio.to_thread(target.write, message.data)
            mixed.update(message.data)
            size += len(message.data)
            progress(len(message.data))
            if message.reply:
                await nc.publish(message.reply)
    return size, mixed.hexdigest()


async def _ask(nc: Client, subject: str, request: dict[str, Any]) -> dict[str, Any]:
    try:
        reply = await nc.request(subject, to_json(request), timeout=_TIMEOUT)
    except (NatsError, TimeoutError) as error:
        raise BackupFailed(f"The server does not answer: {error}.") from error
    said: dict[str, Any] = from_json(reply.data)
    _refused(said)
    return said


def _refused(said: dict[str, Any]) -> None:
    if "error" in said:
        raise BackupFailed(f"The server refused: {said['error'].get('description', 'no reason given')}.")


def _sha256(archive: Path) -> str:
    try:
        with archive.open("rb") as source:
            return hashlib.file_digest(source, "sha256").hexdigest()
    except OSError:
        return ""
