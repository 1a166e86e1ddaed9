"""Notes what a reading through of the log has found, for the page Operations."""

from typing import TYPE_CHECKING

import click

from services.cli.access_recording import operator_name

if TYPE_CHECKING:
    from events.log.client.resilient import ResilientClient
    from services.administration.care import Kind
    from services.cli.log_report import Found


async def note(nc: "ResilientClient", kind: "Kind", found: "Found") -> None:
    """Note what was found of each stream. Where it cannot be noted, it is said, and the command goes on."""
    from services.administration.care import CareNotNoted, note_care
    from services.cli.configuration import load_settings

    replicas = load_settings().log_replicas
    try:
        for stream, verification in found.items():
            await note_care(nc, kind, stream, verification, operator_name(), replicas)
    except CareNotNoted as error:
        click.echo(str(error), err=True)
