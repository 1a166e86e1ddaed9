"""`cairn log backup`: copy the log, and prove the copy."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from services.cli.access_recording import CommandReadings, purpose_option
from services.cli.backup_checkpoint import keep_checkpoint, signed_checkpoint
from services.cli.connection import connected
from services.cli.log_care import note
from services.cli.log_reading import reading_with
from services.cli.log_report import report
from services.cli.parameters import json_option, nats_url_option
from services.cli.progress import SlowProgress

if TYPE_CHECKING:
    from events.log.backup import Manifest
    from events.log.findings import Verification
    from events.transparency.notes import Note
    from services.cli.log_report import Found


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@purpose_option
@json_option
@nats_url_option
def backup(folder: Path, nats_url: str | None, as_json: bool) -> None:
    """Copy the log into FOLDER while Cairn runs, and prove the copy by restoring it on a temporary server.

    A copy tells of every patient, and is recorded as such before it is made. Where the log has a notary, it signs what
    the log holds, and its checkpoint goes into FOLDER.

    Where CAIRN_PLACEMENT names several streams, each has a folder in FOLDER. The exit code is 1 when anything is wrong
    with what was copied; it is copied nevertheless.
    """
    report(asyncio.run(_backup(nats_url, folder)), as_json)


async def _backup(nats_url: str | None, folder: Path) -> "Found":
    from events.access_record import EVERY_PATIENT
    from events.log.backup import folder_of, write_manifest
    from events.log.organisations import organisations_in
    from services.administration.restoring import back_up, prove_aside
    from services.cli.configuration import load_settings

    placement = load_settings().placement
    places = {stream: folder_of(folder, stream, placement.streams) for stream in placement.streams}
    found: dict[str, Verification] = {}
    manifests: dict[str, Manifest] = {}
    checkpoints: dict[str, Note | None] = {}
    async with AsyncExitStack() as stack:
        nc = await stack.enter_async_context(connected(nats_url))
        seen = {org: (EVERY_PATIENT,) for stream in places for org in await organisations_in(nc, stream)}
        records = await stack.enter_async_context(connected(load_settings().access_nats_url or nats_url))
        await CommandReadings(records).record(seen, reading="history", operation="log_backup", interaction="operation")
        for stream, place in places.items():
            checkpoints[stream] = await signed_checkpoint(nc, stream)
            with SlowProgress("backing up, bytes") as progress:
                manifests[stream], found[stream] = await back_up(nc, stream, place, reading_with(progress))
            manifests[stream].streams = placement.streams
    for stream, manifest in manifests.items():
        with SlowProgress("restoring, bytes", manifest.archive_bytes) as progress:
            await prove_aside(manifest, places[stream], placement, reading_with(progress))
    for stream, manifest in manifests.items():
        write_manifest(manifest, places[stream])
        keep_checkpoint(checkpoints[stream], places[stream])
    async with connected(nats_url) as nc:
        await note(nc, "backed_up", found)
    return found
