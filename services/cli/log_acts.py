"""`cairn log acts`: what operators did about the log."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from services.cli.connection import connected
from services.cli.parameters import json_option, nats_url_option
from services.cli.printing import minute, number_of, print_json, print_table

if TYPE_CHECKING:
    from services.administration.application import Act


@click.command()
@json_option
@nats_url_option
def acts(nats_url: str | None, as_json: bool) -> None:
    """List what operators did about the log: adopted it, restored it, voided a message; when, by whom and why."""
    found = asyncio.run(_acts(nats_url))
    if as_json:
        print_json({"items": [act._asdict() for act in found], "next": None})
    elif found:
        columns = ("When", "What", "Stream", "Position", "By", "Why", "Lost")
        print_table(columns, map(_row, found), wide=("Why", "Lost"))
    else:
        click.echo("Operators have done nothing about the log so far.")


def counted(lost: Mapping[str, int]) -> str:
    """How much was lost, in words: `6 events, 2 goals`; empty for nothing."""
    return ", ".join(number_of(count, what.removesuffix("s")) for what, count in lost.items())


async def _acts(nats_url: str | None) -> "list[Act]":
    from services.administration.recording import recorded_acts

    async with connected(nats_url) as nc:
        return await recorded_acts(nc)


def _row(act: "Act") -> tuple[object, ...]:
    return minute(act.at), act.kind, act.stream, act.position, act.by, act.reason, counted(act.lost)
