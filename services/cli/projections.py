"""`cairn projections`: how far what is known has come."""

import asyncio

import click

from services.cli.connection import connected
from services.cli.parameters import json_option, nats_url_option
from services.cli.printing import Json, print_json, print_table
from services.cli.reading import read


@click.group()
def projections() -> None:
    """See how far the projections have come."""


@projections.command()
@json_option
@nats_url_option
def status(nats_url: str | None, as_json: bool) -> None:
    """Show each projection's position in the log, and how far it is behind."""
    found = asyncio.run(_status(nats_url))
    if as_json:
        print_json(found)
        return
    rows = [[each.get(name) for name in ("name", "state", "position", "head", "lag")] for each in found["items"]]
    print_table(("Projection", "State", "Position", "Head", "Behind"), rows)


async def _status(nats_url: str | None) -> Json:
    async with connected(nats_url) as nc:
        return await read(nc, "/v1/projections")
