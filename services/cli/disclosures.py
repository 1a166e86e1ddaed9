"""`cairn disclosures`: to whom a patient's data was disclosed."""

import asyncio
from datetime import datetime

import click

from services.cli.access_recording import purpose_option
from services.cli.connection import connected
from services.cli.parameters import (
    IdType,
    InstantType,
    json_option,
    limit_option,
    min_position_option,
    nats_url_option,
    org_option,
)
from services.cli.printing import Json, minute, print_json, print_table
from services.cli.reading import read_pages

_GROUNDS = {
    "2.31": "consent",
    "2.51": "emergency",
    "2.52": "research",
    "2.53": "audit or evaluation",
    "2.61": "court order and subpoena",
}


@click.command()
@org_option
@click.option("--patient", type=IdType(), required=True, help="Whose data.")
@click.option("--since", type=InstantType(), help="Made at or after this instant.  [three years back]")
@click.option("--all", "all_", is_flag=True, help="All that were ever made.")
@limit_option
@min_position_option
@purpose_option
@json_option
@nats_url_option
def disclosures(
    nats_url: str | None,
    as_json: bool,
    org: str,
    patient: str,
    limit: int,
    since: datetime | None,
    all_: bool,
    min_position: int | None,
) -> None:
    """List the disclosures of a patient's data to somebody outside, in the order in which they were recorded.

    Each was recorded before the data was handed out, so one may be listed whose data never arrived.
    """
    query: dict[str, object] = {
        "since": since.isoformat() if since else None,
        "all": "true" if all_ else None,
        "min_position": min_position,
    }
    found = asyncio.run(_disclosures(nats_url, org, patient, limit, query))
    if as_json:
        print_json(found)
        return
    rows = [
        (
            minute(each["time"]),
            _recipient(each["recipient"]),
            each["purpose"]["code"],
            f"{each['ground']['section']} {_GROUNDS[each['ground']['section']]}",
            each["description"],
            each["actor"],
        )
        for each in found["items"]
    ]
    columns = ("Date", "To", "Purpose", "Ground (42 CFR)", "What", "By")
    print_table(columns, rows, wide=("To", "What"), none=f"There are no such disclosures about {patient} of {org}.")


async def _disclosures(nats_url: str | None, org: str, patient: str, limit: int, query: dict[str, object]) -> Json:
    async with connected(nats_url) as nc:
        return await read_pages(nc, f"/v1/orgs/{org}/patients/{patient}/disclosures", limit, query)


def _recipient(recipient: Json) -> str:
    address = f", {recipient['address']}" if recipient.get("address") else ""
    return f"{recipient['id']}: {recipient['text']}{address}"
