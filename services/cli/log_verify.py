"""`cairn log verify`: read and check the whole log, and compare it with an earlier digest."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from services.cli.connection import connected
from services.cli.log_care import note
from services.cli.log_reading import read_through
from services.cli.log_report import report
from services.cli.parameters import json_option, nats_url_option

if TYPE_CHECKING:
    from collections.abc import Mapping

    from events.log.digest import EarlierDigest
    from services.cli.log_report import Found


@click.command()
@click.option(
    "--since",
    "since",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Compare with an earlier digest: a backup's manifest.json, or what `cairn log verify --json` printed.",
)
@json_option
@nats_url_option
def verify(since: Path | None, nats_url: str | None, as_json: bool) -> None:
    """Read the whole log and check it: complete, in order, readable, and as the rules allow. Prints its digest.

    Every goal is decided again from its first event, with the rules of this version of Cairn. Where CAIRN_PLACEMENT
    names several streams, all of them are read, one after another. What was found is noted for the page Operations. The
    exit code is 1 when anything is wrong, and when anything could not be found out.
    """
    from services.cli.earlier_digests import read_earlier

    report(asyncio.run(_verify(nats_url, read_earlier(since) if since else {})), as_json)


async def _verify(nats_url: str | None, earlier: "Mapping[str, EarlierDigest]") -> "Found":
    from services.cli.configuration import load_settings

    streams = load_settings().placement.streams
    if earlier and not set(earlier) <= set(streams):
        raise click.ClickException(
            f"The earlier digest is that of {', '.join(sorted(set(earlier) - set(streams)))}, and the log has"
            f" {', '.join(streams)} (CAIRN_PLACEMENT)."
        )
    async with connected(nats_url) as nc:
        found = {stream: await read_through(nc, stream, earlier=earlier.get(stream)) for stream in streams}
        await note(nc, "verified", found)
        return found
