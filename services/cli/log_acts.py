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
    from services.administration.notary_act import NotaryAct


@click.command()
@json_option
@nats_url_option
def acts(nats_url: str | None, as_json: bool) -> None:
    """List what was done about the log: it was adopted or restored, a message voided; when, by whom and why.

    The position is that of the backup's last event, of the message, or, of an adoption, the last one up to which the
    former log and this one are known to be the same: `none`, where they have nothing in common or nobody knows, such
    as where only a goals service remembered the former log. The head is where the log ended then. Behind that,
    what was done with its notary.
    """
    found, of_notaries = asyncio.run(_acts(nats_url))
    if as_json:
        notary = [{"stream": stream, **act.model_dump(mode="json")} for stream, act in of_notaries]
        print_json({"items": [act._asdict() for act in found], "notary": notary, "next": None})
    elif found or of_notaries:
        columns = ("When", "What", "Stream", "Position", "Head", "By", "Why", "Lost")
        rows = (*map(_row, found), *(_notary_row(stream, act) for stream, act in of_notaries))
        print_table(columns, rows, wide=("Why", "Lost"))
    else:
        click.echo("Operators have done nothing about the log so far.")


def counted(lost: Mapping[str, int]) -> str:
    """How much was lost, in words: `6 events, 2 goals`; empty for nothing."""
    return ", ".join(number_of(count, what.removesuffix("s")) for what, count in lost.items())


async def _acts(nats_url: str | None) -> "tuple[list[Act], list[tuple[str, NotaryAct]]]":
    from services.administration.recording import recorded_acts, recorded_notary_acts
    from services.cli.configuration import load_settings

    streams = load_settings().placement.streams
    async with connected(nats_url) as nc:
        of_notaries = [(stream, act) for stream in streams for act in await recorded_notary_acts(nc, stream)]
        return await recorded_acts(nc), of_notaries


def _row(act: "Act") -> tuple[object, ...]:
    position = "none" if act.position is None else act.position
    return minute(act.at), act.kind, act.stream, position, act.head, act.by, act.reason, counted(act.lost)


def _notary_row(stream: str, act: "NotaryAct") -> tuple[object, ...]:
    what = f"notary: {act.kind.replace('_', ' ')}"
    return minute(act.at.isoformat()), what, stream, act.size, "", act.by, act.reason, ""
