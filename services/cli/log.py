"""`cairn log`: check the log, back it up, restore it, adopt another one, and void what cannot be read."""

import asyncio

import click

from services.cli.connection import connected
from services.cli.lazy import Group
from services.cli.log_acts import acts
from services.cli.log_adopt import adopt
from services.cli.log_audit import audit
from services.cli.log_backup import backup
from services.cli.log_restore import restore
from services.cli.log_verify import verify
from services.cli.log_void import void
from services.cli.parameters import nats_url_option


@click.group(cls=Group)
def log() -> None:
    """Check the log, back it up, restore it, adopt another one, and void what cannot be read."""


for _command in (verify, audit, backup, restore, adopt, void, acts):
    log.add_command(_command)


@log.command()
@nats_url_option
def declare(nats_url: str | None) -> None:
    """Make the log's streams, and give them the organisations that CAIRN_PLACEMENT has added.

    The services create a stream that is missing, but may not change one. An organisation that has events in a stream
    stays there.
    """
    changed = asyncio.run(_declare(nats_url))
    click.echo(f"Made or changed: {', '.join(changed)}." if changed else "Every stream is as CAIRN_PLACEMENT says.")


async def _declare(nats_url: str | None) -> list[str]:
    from events.log.placing import place
    from services.cli.configuration import load_settings

    settings = load_settings()
    async with connected(nats_url) as nc:
        return await place(nc, settings.placement, settings.log_replicas)
