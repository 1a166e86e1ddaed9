"""`cairn log`: check the log, back it up, and bring it back."""

import asyncio
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from services.cli.connection import connected
from services.cli.log_acts import acts
from services.cli.log_report import report
from services.cli.parameters import json_option, nats_url_option
from services.cli.progress import SlowProgress

if TYPE_CHECKING:
    from events.log.backup import Manifest
    from events.log.client import SturdyClient
    from events.log.verification import Verification
    from services.cli.log_report import Found


@click.group()
def log() -> None:
    """Check the log, back it up, and bring it back."""


log.add_command(acts)


@log.command()
@json_option
@nats_url_option
def verify(nats_url: str | None, as_json: bool) -> None:
    """Read the whole log and check it: complete, in order, readable. Prints the content's digest.

    Where CAIRN_PLACEMENT names several streams, all of them are read, one after another.
    """
    report(asyncio.run(_verify(nats_url)), as_json)


@log.command()
@click.argument("folder", type=click.Path(path_type=Path))
@json_option
@nats_url_option
def backup(folder: Path, nats_url: str | None, as_json: bool) -> None:
    """Copy the log into FOLDER while it goes on, and prove the copy by restoring it on a server of its own.

    Where CAIRN_PLACEMENT names several streams, each has a folder in FOLDER.
    """
    report(asyncio.run(_backup(nats_url, folder)), as_json)


@log.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
@json_option
@nats_url_option
def restore(folder: Path, nats_url: str | None, as_json: bool) -> None:
    """Make the log anew from a backup in FOLDER, on a server that has none, and verify it."""
    report(asyncio.run(_restore(nats_url, folder)), as_json)


@log.command()
@nats_url_option
def declare(nats_url: str | None) -> None:
    """Make the log's streams, and give them the organisations that CAIRN_PLACEMENT has added.

    The services make a stream that is missing, but may not change one. No organisation that has events in a stream
    loses its place there.
    """
    changed = asyncio.run(_declare(nats_url))
    click.echo(f"Made or changed: {', '.join(changed)}." if changed else "Every stream is as CAIRN_PLACEMENT says.")


async def _declare(nats_url: str | None) -> list[str]:
    from events.log.placing import place
    from services.cli.configuration import load_settings

    settings = load_settings()
    async with connected(nats_url) as nc:
        return await place(nc, settings.placement, settings.log_replicas)


async def _verify(nats_url: str | None) -> "Found":
    from services.cli.configuration import load_settings

    async with connected(nats_url) as nc:
        return {stream: await _read_through(nc, stream, None) for stream in load_settings().placement.streams}


async def _backup(nats_url: str | None, folder: Path) -> "Found":
    from events.log.backup import folder_of, write_manifest
    from services.cli.configuration import load_settings

    streams = load_settings().placement.streams
    places = {stream: folder_of(folder, stream, streams) for stream in streams}
    async with connected(nats_url) as nc:
        manifests = {stream: await _copied(nc, stream, place) for stream, place in places.items()}
        found = {stream: await _read_through(nc, stream, each.state["last_seq"]) for stream, each in manifests.items()}
    for stream, manifest in manifests.items():
        its = found[stream]
        manifest.streams = streams
        manifest.events, manifest.position, manifest.digest = its.events, its.position, its.digest
        _same(manifest, await _restored_aside(manifest, places[stream]))
    for stream, manifest in manifests.items():
        write_manifest(manifest, places[stream])
    return found


async def _copied(nc: "SturdyClient", stream: str, folder: Path) -> "Manifest":
    from events.log.backup import write_archive

    with SlowProgress("backing up, bytes") as progress:
        return await write_archive(nc, stream, folder, progress.advance)


async def _restore(nats_url: str | None, folder: Path) -> "Found":
    from events.log.backup import read_manifests

    found = {}
    async with connected(nats_url) as nc:
        for place, manifest in read_manifests(folder).items():
            found[manifest.stream] = await _restored(nc, manifest, place)
            _same(manifest, found[manifest.stream])
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
    return await _read_through(nc, manifest.stream, manifest.position)


async def _read_through(nc: "SturdyClient", stream: str, until: int | None) -> "Verification":
    from events.log import Log
    from events.log.verification import Verification, verified

    reader = Log(nc, stream)
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
