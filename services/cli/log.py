"""`cairn log`: check the log, back it up, and bring it back."""

import asyncio
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from services.cli.connection import connected
from services.cli.parameters import json_option, nats_url_option
from services.cli.printing import print_json, printable
from services.cli.progress import SlowProgress

if TYPE_CHECKING:
    from events.log.backup import Manifest
    from events.log.client import SturdyClient
    from events.log.verification import Verification


@click.group()
def log() -> None:
    """Check the log, back it up, and bring it back."""


@log.command()
@json_option
@nats_url_option
def verify(nats_url: str | None, as_json: bool) -> None:
    """Read the whole log and check it: complete, in order, readable. Prints the content's digest."""
    found = asyncio.run(_verify(nats_url))
    _report(found, as_json)


@log.command()
@click.argument("folder", type=click.Path(path_type=Path))
@json_option
@nats_url_option
def backup(folder: Path, nats_url: str | None, as_json: bool) -> None:
    """Copy the log into FOLDER while it goes on, and prove the copy by restoring it on a server of its own."""
    found = asyncio.run(_backup(nats_url, folder))
    _report(found, as_json)


@log.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
@json_option
@nats_url_option
def restore(folder: Path, nats_url: str | None, as_json: bool) -> None:
    """Make the log anew from a backup in FOLDER, on a server that has none, and verify it."""
    found = asyncio.run(_restore(nats_url, folder))
    _report(found, as_json)


async def _verify(nats_url: str | None) -> "Verification":
    async with connected(nats_url) as nc:
        return await _read_through(nc, None)


async def _backup(nats_url: str | None, folder: Path) -> "Verification":
    from events.log.backup import write_archive, write_manifest
    from events.log.stream import STREAM

    async with connected(nats_url) as nc:
        with SlowProgress("backing up, bytes") as progress:
            manifest = await write_archive(nc, STREAM, folder, progress.advance)
        found = await _read_through(nc, manifest.state["last_seq"])
    manifest.events, manifest.position, manifest.digest = found.events, found.position, found.digest
    _same(manifest, await _restored_aside(manifest, folder))
    write_manifest(manifest, folder)
    return found


async def _restore(nats_url: str | None, folder: Path) -> "Verification":
    from events.log.backup import read_manifest

    manifest = read_manifest(folder)
    async with connected(nats_url) as nc:
        found = await _restored(nc, manifest, folder)
    _same(manifest, found)
    return found


async def _restored_aside(manifest: "Manifest", folder: Path) -> "Verification":
    """Restore a backup on a server that lives only for this, and read it through."""
    from events.log import connect
    from events.log.server import EmbeddedServer

    async with AsyncExitStack() as stack:
        place = stack.enter_context(tempfile.TemporaryDirectory(prefix="cairn-backup-"))
        server = EmbeddedServer(Path(place), sync_always=False)
        stack.push_async_callback(server.stop)
        await server.start()
        nc = await connect(server.url, name="cairn backup")
        stack.push_async_callback(nc.close)
        return await _restored(nc, manifest, folder)


async def _restored(nc: "SturdyClient", manifest: "Manifest", folder: Path) -> "Verification":
    from events.log.backup import restore_archive

    with SlowProgress("restoring, bytes", manifest.archive_bytes) as progress:
        await restore_archive(nc, manifest, folder, progress.advance)
    return await _read_through(nc, manifest.position)


async def _read_through(nc: "SturdyClient", until: int | None) -> "Verification":
    from events.log import Log
    from events.log.verification import Verification, verified

    reader = Log(nc)
    try:
        head = await reader.head() if until is None else until
        found, before = Verification(), 0
        with SlowProgress("reading the log, events", head) as progress:
            async for found in verified(reader.follow(), head):
                progress.advance(found.events - before)
                before = found.events
        return found
    finally:
        await reader.close()


def _same(manifest: "Manifest", found: "Verification") -> None:
    said = (manifest.events, manifest.position, manifest.digest)
    if said != (found.events, found.position, found.digest):
        raise click.ClickException(
            f"The restored log is not the one that was backed up: {found.events} events up to position"
            f" {found.position} instead of {manifest.events} up to {manifest.position}, or other content."
        )


def _report(found: "Verification", as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "sound": found.sound,
                "events": found.events,
                "goals": found.goals,
                "position": found.position,
                "digest": found.digest,
                "wrong": found.wrong,
                "findings": [
                    {"position": each.position, "subject": each.subject, "detail": each.detail}
                    for each in found.findings
                ],
            },
            indent=None,
        )
    else:
        click.echo(f"{found.events:,} events about {found.goals:,} goals and plans, up to position {found.position:,}.")
        click.echo(f"Content digest (SHA-256): {found.digest}")
        for each in found.findings:
            click.echo(printable(f"position {each.position} ({each.subject}) {each.detail}"))
        click.echo("Nothing is wrong." if found.sound else f"{found.wrong:,} things are wrong.")
    if not found.sound:
        raise SystemExit(1)
