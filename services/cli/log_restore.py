"""`cairn log restore`: restore the log from a backup, on a stopped Cairn or on a server that is named."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from services.cli.connection import connected
from services.cli.log_reading import reading_with
from services.cli.log_report import report
from services.cli.parameters import json_option, nats_url_option, operator_option, reason_option
from services.cli.progress import SlowProgress

if TYPE_CHECKING:
    from events.log.backup import Manifest
    from events.log.client.resilient import ResilientClient
    from services.administration.restoring import Restored
    from services.settings import Settings


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--replace", is_flag=True, help="Replace a log that holds events; it is backed up first, beside FOLDER.")
@operator_option
@reason_option
@json_option
@nats_url_option
def restore(folder: Path, replace: bool, by: str, reason: str, as_json: bool, nats_url: str | None) -> None:
    """Restore the log from a backup in FOLDER, and verify it: first on a temporary server, then in its place.

    Without --nats-url (or CAIRN_NATS_URL), the log of the `cairn up` in CAIRN_DATA_DIR is restored; stop it first. An
    empty log is replaced; one that holds events only with --replace. The stream gets the settings of this version of
    Cairn. See deploy/README.md for what comes next.
    """
    folder = folder.absolute()
    beside = folder.with_name(f"{folder.name}.replaced-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    restored = asyncio.run(_restore(folder, nats_url, by, reason, replaced_to=beside if replace else None))
    for stream, each in restored.items():
        click.echo(f"{stream} is restored from {folder}.", err=True)
        if each.replaced is not None:
            click.echo(f"What was there before is backed up in {each.replaced}.", err=True)
        each.found.compared = None  # it was proved, or there would be no restored log
    report({stream: each.found for stream, each in restored.items()}, as_json)


async def _restore(
    folder: Path, nats_url: str | None, by: str, reason: str, *, replaced_to: Path | None
) -> "dict[str, Restored]":
    from events.log.backup import folder_of, read_manifests
    from services.administration.restoring import restore_stream
    from services.cli.configuration import load_settings

    settings = load_settings()
    manifests = read_manifests(folder)
    for manifest in manifests.values():
        settings.placement.check(manifest.stream)
    streams = [manifest.stream for manifest in manifests.values()]
    restored: dict[str, Restored] = {}
    async with _server(nats_url, settings) as nc:
        for place, manifest in manifests.items():
            keep_in = replaced_to and folder_of(replaced_to, manifest.stream, streams)
            with SlowProgress("restoring, bytes", 2 * manifest.archive_bytes) as progress:
                restored[manifest.stream] = await restore_stream(
                    *(nc, manifest, place, settings.placement, settings.log_replicas),
                    keep_in=keep_in,
                    reading=reading_with(progress),
                )
            await _record(nc, manifest, restored[manifest.stream], by, reason, settings.log_replicas)
    return restored


@asynccontextmanager
async def _server(nats_url: str | None, settings: "Settings") -> AsyncIterator["ResilientClient"]:
    """The NATS server: the one named, or that of the stopped `cairn up`, started for the restore."""
    from events.log import connect
    from services.embedded_server import EmbeddedServer
    from services.node.address import read_address
    from services.node.lock import locked

    async with AsyncExitStack() as stack:
        if nats_url or settings.nats_url:
            yield await stack.enter_async_context(connected(nats_url))
            return
        data_dir = settings.data_dir.absolute()
        if node := read_address(data_dir):
            raise click.ClickException(
                f"A Cairn (process {node.pid}) runs on {data_dir}; the log cannot be restored meanwhile. Stop it"
                f" (Ctrl-C, or kill {node.pid}), run this again, and start Cairn again."
            )
        click.echo(
            f"Restoring into the data folder {data_dir}{'' if data_dir.exists() else ', which is new'}.", err=True
        )
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = await stack.enter_async_context(locked(data_dir))
        server = EmbeddedServer(data_dir / "nats", holding=(lock,))
        stack.push_async_callback(server.stop)
        await server.start()
        nc = await connect(server.url, name="cairn restore")
        stack.push_async_callback(nc.close)
        yield nc


async def _record(
    nc: "ResilientClient", manifest: "Manifest", restored: "Restored", by: str, reason: str, replicas: int
) -> None:
    from services.administration.application import Act
    from services.administration.recording import record_act

    anchor, head = restored.found.anchor, restored.found.position
    lost = {"events": restored.lost} if restored.lost else {}
    act = Act("restored", manifest.stream, by, reason, anchor.position, anchor.fingerprint, head, lost)
    await record_act(nc, act, replicas)
