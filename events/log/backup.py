"""Backup and restore of the log through the JetStream snapshot API: a consistent copy while writing goes on.

A backup of a stream is a folder: `log.snapshot`, the server's own archive of the stream, and `manifest.json`, which
says what is in it and what its content hashes to (see :mod:`events.log.digest`). The log on several streams is a
folder with one of these for each. Each is consistent in itself, and there is nothing between them that could be torn.

A backup may have been anywhere before it is restored, so nothing in it is trusted: the archive must have the size and
the hash of the manifest, brings no consumer along, and gets the settings that this code gives the log, whatever the
manifest says of the stream it was taken from.
"""

import asyncio
import hashlib
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, BinaryIO, NamedTuple

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import StreamConfig
from pydantic import BaseModel, Field, PlainSerializer, ValidationError
from pydantic_core import from_json

from events.errors import CairnError
from events.log.anchor import BEGINNING, Anchor
from events.log.client.jetstream_api import ApiRefused, ApiUnanswered, Json, ask_api
from events.log.client.replies import status_of
from events.log.client.resilient import ResilientClient
from events.log.digest import DigestVersion, EarlierDigest
from events.log.findings import Verification

_CHUNK_BYTES = 128 * 1024
_ANSWER_SECONDS = 60.0
_ARCHIVE = "log.snapshot"
_MANIFEST = "manifest.json"
_MOST_MANIFEST_BYTES = 1024 * 1024

Progress = Callable[[int], None]
"""Called with the number of bytes that have been moved since the last call."""


class BackupFailed(CairnError):
    """The log could not be backed up or restored; the sentence says why and what to do."""


class Counted(NamedTuple):
    """How far the stream in a backup goes, by the account of the server that made it.

    Attributes:
        last: The last position.
        messages: How many messages there are.
    """

    last: int
    messages: int


class Manifest(BaseModel):
    """What a backup holds.

    Attributes:
        stream: The stream's name.
        streams: All streams of the log, where there are several; their backups belong together.
        config, state: The stream's configuration and state as the server gave them with the snapshot. They tell what
            it was; neither is used for a restore.
        archive_bytes, archive_sha256: Size and hash of the archive file.
        events, first, position, missing: How many events, the first and the last position that the digest covers, and
            how many positions up to there hold no event.
        digest, digest_version: The content's chained digest, and how it was made; :meth:`prove` fills all of these in.
        anchor: At the last event.
        created: When the backup was made, as RFC 3339; empty in older ones.
    """

    stream: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    streams: tuple[str, ...] = ()
    config: dict[str, Any]  # the server's own words
    state: dict[str, Any]
    archive_bytes: Annotated[int, Field(ge=0)]
    archive_sha256: str
    events: Annotated[int, Field(ge=0)] = 0
    first: Annotated[int, Field(ge=0)] = 0
    position: Annotated[int, Field(ge=0)] = 0
    missing: Annotated[int, Field(ge=0)] = 0
    digest: str = ""
    digest_version: DigestVersion = "v1"
    anchor: Annotated[Anchor, PlainSerializer(Anchor._asdict)] = BEGINNING
    created: str = ""

    @property
    def extent(self) -> Counted:
        """How far the stream in the archive goes."""
        return Counted(self.state["last_seq"], self.state["messages"])

    @property
    def proof(self) -> EarlierDigest:
        """What the content has to come to when it is read again."""
        return EarlierDigest(self.position, self.digest, self.digest_version)

    def prove(self, found: Verification) -> None:
        """Take in what reading the log through has found up to where the archive goes."""
        self.events, self.first, self.position, self.missing = found.events, found.first, found.position, found.missing
        self.digest, self.digest_version, self.anchor = found.digest, found.digest_version, found.anchor

    def check(self, found: Verification) -> None:
        """Make sure that what was restored is what was backed up.

        Args:
            found: What reading the restored stream through has found, compared with :attr:`proof`.

        Raises:
            BackupFailed: it is something else.
        """
        same = found.compared is not None and found.compared.same
        if not same or (found.events, found.position) != (self.events, self.position):
            raise BackupFailed(
                f"What was restored is not what was backed up: {found.events:,} events up to position"
                f" {found.position:,} instead of {self.events:,} up to {self.position:,}, or other content."
            )


async def write_archive(nc: ResilientClient, stream: str, folder: Path, progress: Progress) -> Manifest:
    """Copy the stream into a folder, as one consistent snapshot.

    Returns:
        The manifest, not yet written: its content is still to be verified.

    Raises:
        BackupFailed: the folder holds a backup already or cannot be written to, or the server gives no snapshot.
    """
    with _written_to(folder):
        _make_room(folder)
    chunks: asyncio.Queue[Msg] = asyncio.Queue()
    inbox = nc.new_inbox()
    subscription = await nc.subscribe(inbox, cb=chunks.put)
    try:
        request = {"deliver_subject": inbox, "no_consumers": True, "chunk_size": _CHUNK_BYTES}
        answer = await _ask(nc, f"STREAM.SNAPSHOT.{stream}", request)
        size, digest = await _save(nc, chunks, folder, progress)
    finally:
        await subscription.unsubscribe()
    return Manifest(
        stream=stream,
        config=answer["config"],
        state=answer["state"],
        archive_bytes=size,
        archive_sha256=digest,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Complete a backup: without its manifest it is none.

    Raises:
        BackupFailed: the folder cannot be written to.
    """
    unfinished = folder / f"{_MANIFEST}.unfinished"
    with _written_to(folder):
        unfinished.unlink(missing_ok=True)
        with _new_file(unfinished) as target:
            target.write(manifest.model_dump_json(indent=2).encode())
        unfinished.replace(folder / _MANIFEST)


def read_manifest(folder: Path) -> Manifest:
    """What a backup says of itself.

    Raises:
        BackupFailed: there is no complete backup in the folder.
    """
    file = folder / _MANIFEST
    try:
        if file.stat().st_size > _MOST_MANIFEST_BYTES:
            raise OSError("far too large")
        return Manifest.model_validate_json(file.read_bytes())
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


async def restore_archive(
    nc: ResilientClient, manifest: Manifest, folder: Path, config: StreamConfig, progress: Progress
) -> None:
    """Make a stream out of a backup.

    Args:
        config: The stream's name and settings, which are not those of the manifest.

    Raises:
        BackupFailed: the archive is not the one of the manifest, a stream of this name exists already, or the server
            refuses.
    """
    archive = folder / _ARCHIVE
    await asyncio.to_thread(_check_archive, archive, manifest)
    answer = await _ask(nc, f"STREAM.RESTORE.{config.name}", {"config": config.as_dict(), "state": {}})
    try:
        with archive.open("rb") as source:
            while chunk := await asyncio.to_thread(source.read, _CHUNK_BYTES):
                async with nc.answer_within(_ANSWER_SECONDS):
                    await nc.request(answer["deliver_subject"], chunk, timeout=_ANSWER_SECONDS)
                progress(len(chunk))
        async with nc.answer_within(_ANSWER_SECONDS):
            done = await nc.request(answer["deliver_subject"], b"", timeout=_ANSWER_SECONDS)
    except (OSError, NatsError, TimeoutError) as error:
        raise BackupFailed(f"The server broke off the restore: {error}.") from error
    if refusal := from_json(done.data).get("error"):
        raise BackupFailed(str(ApiRefused(refusal)))


async def refuse_consumers(nc: ResilientClient, stream: str) -> None:
    """Make sure that a stream that was restored a moment ago, where nobody follows it, has no consumers.

    An archive may bring some along, and one that pushes what patients said to whoever listens is no part of a backup.

    Raises:
        BackupFailed: it has.
    """
    info = await _ask(nc, f"STREAM.INFO.{stream}", {})
    if info["state"].get("consumer_count"):
        raise BackupFailed("The backup brings consumers along, which no backup of Cairn does; it is not restored.")


def _make_room(folder: Path) -> None:
    """Make the folder of a backup, which only its owner may read: a backup holds what patients said."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    if (folder / _MANIFEST).exists() or (folder / _ARCHIVE).exists():
        raise BackupFailed(f"{folder} holds a backup already; name a new folder.")


async def _save(nc: ResilientClient, chunks: "asyncio.Queue[Msg]", folder: Path, progress: Progress) -> tuple[int, str]:
    size, mixed = 0, hashlib.sha256()
    with _written_to(folder):
        target = _new_file(folder / _ARCHIVE)
    try:
        while True:
            try:
                async with asyncio.timeout(_ANSWER_SECONDS):
                    message = await chunks.get()
            except TimeoutError:
                raise BackupFailed("The server broke off the snapshot.") from None
            if not message.data:
                if (status := status_of(message)) not in (None, "204"):
                    raise BackupFailed(f"The server broke off the snapshot (status {status}).")
                break
            with _written_to(folder):
                await asyncio.to_thread(target.write, message.data)
            mixed.update(message.data)
            size += len(message.data)
            progress(len(message.data))
            if message.reply:
                await _ask_for_more(nc, message.reply)
    finally:
        with _written_to(folder):
            target.close()  # which writes what it has kept back
    return size, mixed.hexdigest()


async def _ask_for_more(nc: ResilientClient, subject: str) -> None:
    try:
        await nc.publish(subject)
    except (OSError, NatsError) as error:
        raise BackupFailed(f"The connection to the server was lost during the snapshot: {error}.") from error


async def _ask(nc: ResilientClient, request: str, body: Json) -> Json:
    try:
        return await ask_api(nc, request, body, seconds=_ANSWER_SECONDS)
    except (ApiRefused, ApiUnanswered) as error:
        raise BackupFailed(str(error)) from error


def _check_archive(archive: Path, manifest: Manifest) -> None:
    try:
        size = archive.stat().st_size
        if size == manifest.archive_bytes:
            with archive.open("rb") as source:
                digest = hashlib.file_digest(source, "sha256").hexdigest()
    except OSError as error:
        raise BackupFailed(f"{archive} cannot be read: {error.strerror}.") from None
    if size != manifest.archive_bytes or digest != manifest.archive_sha256:
        raise BackupFailed(f"{archive} is not what was backed up: its size or its hash differs from the manifest's.")


@contextmanager
def _written_to(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BackupFailed(f"The backup cannot be written to {folder}: {error.strerror or error}.") from error


def _new_file(path: Path) -> BinaryIO:
    """A file that is its owner's alone, and was not there before."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
