"""`cairn access`: who read a patient's data, and building that record anew."""

import asyncio
from datetime import datetime

import click

from services.cli.access_recording import purpose_option
from services.cli.connection import connected
from services.cli.database import open_tables
from services.cli.lazy import Group
from services.cli.parameters import (
    IdType,
    InstantType,
    database_url_option,
    json_option,
    limit_option,
    nats_url_option,
    org_option,
)
from services.cli.printing import Json, minute, print_json, print_table
from services.cli.reading import read_pages


@click.group(cls=Group)
def access() -> None:
    """See who read a patient's data."""


@access.command("list")
@org_option
@click.option("--patient", type=IdType(), required=True, help="Whose data.")
@click.option("--since", type=InstantType(), help="Told at or after this instant.")
@click.option("--until", type=InstantType(), help="Told before this instant.")
@click.option("--reader", metavar="WHO", help="Only readings of this principal.")
@limit_option
@purpose_option
@json_option
@nats_url_option
def list_accesses(
    nats_url: str | None,
    as_json: bool,
    org: str,
    patient: str,
    limit: int,
    since: datetime | None,
    until: datetime | None,
    reader: str | None,
) -> None:
    """List who was told something about a patient, or was refused it, the newest first. This list is recorded too."""
    query: dict[str, object] = {
        "since": since.isoformat() if since else None,
        "until": until.isoformat() if until else None,
        "reader": reader,
    }
    found = asyncio.run(_listed(nats_url, org, patient, limit, query))
    if as_json:
        print_json(found)
        return
    rows = [
        (
            minute(each["at"]),
            each["reader"],
            ", ".join(each["roles"]),
            f"{each['reading']}: {each['operation']}" + (" (of everybody)" if each["everyone"] else ""),
            each["purpose"],
            each["channel"],
            each["outcome"] if each["code"] is None else f"{each['outcome']} ({each['code']})",
        )
        for each in found["items"]
    ]
    columns = ("When", "Who", "Roles", "What", "Why", "By", "Outcome")
    print_table(columns, rows, wide=("Who", "What"), none=f"There are no such readings about {patient} of {org}.")


@access.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@database_url_option
def rebuild(yes: bool, database_url: str | None) -> None:
    """Drop the tables of the access record; `cairn serve access` builds them again from the stream CAIRN_ACCESS.

    What the stream does not hold any more is lost by that.
    """
    from projections.access_record.writer import begin_anew
    from projections.engine.database import writing

    if not yes:
        click.confirm("The tables are built again from the stream alone. Go on?", abort=True)
    with open_tables(database_url) as engine, writing(engine) as connection:
        dropped = begin_anew(connection)
    click.echo(
        "The tables are dropped; `cairn serve access` or `cairn up` builds them again."
        if dropped
        else "There are no tables of the access record."
    )


async def _listed(nats_url: str | None, org: str, patient: str, limit: int, query: dict[str, object]) -> Json:
    async with connected(nats_url) as nc:
        return await read_pages(nc, f"/v1/orgs/{org}/patients/{patient}/accesses", limit, query)
