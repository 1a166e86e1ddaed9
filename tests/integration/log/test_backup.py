"""A backup is a consistent copy that proves itself, and comes back as the same log."""

import os
from collections.abc import AsyncIterator
from errno import EPIPE
from pathlib import Path
from typing import Any

import pytest

from events.identity import GoalId
from events.log import Append, Log, connect, declare_log
from events.log.backup import (
    BackupFailed,
    Manifest,
    read_manifest,
    restore_archive,
    write_archive,
    write_manifest,
)
from events.log.client.resilient import ResilientClient
from events.log.findings import Verification
from events.log.stream import STREAM, log_config
from events.log.verification import Extent, Verifier, verified
from services.embedded_server import EmbeddedServer
from tests.builders import active_goal


def _moved(_: int) -> None:
    """Nobody watches."""


@pytest.fixture
async def other(tmp_path: Path) -> AsyncIterator[ResilientClient]:
    """A connection to a server that has no log yet."""
    server = EmbeddedServer(tmp_path / "other", sync_always=False)
    await server.start()
    connection = await connect(server.url, name="other")
    yield connection
    await connection.close()
    await server.stop()


async def _verify(nc: ResilientClient, extent: Extent | None = None) -> Verification:
    log = Log(nc)
    found = [found async for found in verified(log.follow(), extent or await log.state(), Verifier())]
    await log.close()
    return found[-1]


async def _filled(log: Log, org: str) -> int:
    for patient in ("a", "b", "c"):
        goal_id = GoalId(org, patient, "walk")
        await log.append(Append(tuple(active_goal(goal_id)[1:]), 0, 0))
    return await log.head()


async def test_a_restored_log_is_the_one_that_was_backed_up(
    nc: ResilientClient, log: Log, org: str, other: ResilientClient, tmp_path: Path
) -> None:
    await _filled(log, org)
    manifest = await write_archive(nc, STREAM, tmp_path / "backup", _moved)
    before = await _verify(nc, manifest.extent)
    await restore_archive(other, manifest, tmp_path / "backup", log_config(), _moved)
    after = await _verify(other)
    assert (after.events, after.goals, after.position, after.digest) == (
        before.events,
        before.goals,
        before.position,
        before.digest,
    )
    info = await other.jetstream().stream_info(STREAM)
    assert info.config.deny_delete


async def test_a_log_is_not_restored_over_another(nc: ResilientClient, log: Log, org: str, tmp_path: Path) -> None:
    await _filled(log, org)
    manifest = await write_archive(nc, STREAM, tmp_path / "backup", _moved)
    with pytest.raises(BackupFailed, match="already in use"):
        await restore_archive(nc, manifest, tmp_path / "backup", log_config(), _moved)


async def test_an_archive_that_was_changed_is_refused(
    nc: ResilientClient, log: Log, org: str, other: ResilientClient, tmp_path: Path
) -> None:
    await _filled(log, org)
    manifest = await write_archive(nc, STREAM, tmp_path / "backup", _moved)
    archive = tmp_path / "backup" / "log.snapshot"
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 1
    archive.write_bytes(content)
    with pytest.raises(BackupFailed, match="hash"):
        await restore_archive(other, manifest, tmp_path / "backup", log_config(), _moved)


async def test_a_folder_takes_one_backup(nc: ResilientClient, log: Log, org: str, tmp_path: Path) -> None:
    await _filled(log, org)
    await write_archive(nc, STREAM, tmp_path / "backup", _moved)
    with pytest.raises(BackupFailed, match="already"):
        await write_archive(nc, STREAM, tmp_path / "backup", _moved)


async def test_a_stream_that_is_not_there_cannot_be_backed_up(other: ResilientClient, tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="not found"):
        await write_archive(other, STREAM, tmp_path / "backup", _moved)


async def test_a_folder_that_cannot_be_written_to_is_named(nc: ResilientClient, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BackupFailed, match=r"cannot be written to .*file: File exists"):
        await write_archive(nc, STREAM, tmp_path / "file", _moved)


async def test_a_disk_that_is_full_is_told_as_such(
    nc: ResilientClient, log: Log, org: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _filled(log, org)
    monkeypatch.setattr("events.log.backup._new_file", lambda _: os.fdopen(os.open("/dev/full", os.O_WRONLY), "wb"))
    with pytest.raises(BackupFailed, match=r"cannot be written to .*backup: No space left on device"):
        await write_archive(nc, STREAM, tmp_path / "backup", _moved)


async def test_a_connection_that_is_lost_is_no_fault_of_the_folder(
    nc: ResilientClient, log: Log, org: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish = nc.publish

    async def lost(subject: str, *args: Any, **kwargs: Any) -> None:  # Any: whatever a message has
        if subject.startswith("$JS.SNAPSHOT.ACK."):
            raise BrokenPipeError(EPIPE, "Broken pipe")
        await publish(subject, *args, **kwargs)

    await _filled(log, org)
    monkeypatch.setattr(nc, "publish", lost)
    monkeypatch.setattr("events.log.backup._CHUNK_BYTES", 1024)  # in one piece, nothing is asked for
    with pytest.raises(BackupFailed, match="connection to the server was lost"):
        await write_archive(nc, STREAM, tmp_path / "backup", _moved)


def test_a_backup_without_its_manifest_is_none(tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="no complete backup"):
        read_manifest(tmp_path)


def test_a_manifest_reads_back_as_written(tmp_path: Path) -> None:
    manifest = Manifest(stream=STREAM, config={"name": STREAM}, state={}, archive_bytes=3, archive_sha256="ab")
    write_manifest(manifest, tmp_path)
    assert read_manifest(tmp_path) == manifest


async def test_the_log_goes_on_while_it_is_backed_up(nc: ResilientClient, log: Log, org: str, tmp_path: Path) -> None:
    await declare_log(nc)
    head = await _filled(log, org)
    manifest = await write_archive(nc, STREAM, tmp_path / "backup", _moved)
    assert manifest.state["last_seq"] >= head
    assert await _filled(log, f"{org}x") > manifest.state["last_seq"]
