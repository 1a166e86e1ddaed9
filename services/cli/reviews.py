"""`cairn reviews`: which goals are to be reviewed, and when."""

import asyncio

import click

from services.cli.access_recording import purpose_option
from services.cli.connection import connected
from services.cli.parameters import (
    DayType,
    IdType,
    clinician_option,
    json_option,
    limit_option,
    min_position_option,
    nats_url_option,
    org_option,
)
from services.cli.printing import Json, not_up_to_date, print_json, print_table
from services.cli.reading import read_pages


@click.command()
@org_option
@click.option("--status", type=click.Choice(["upcoming", "due", "overdue"]), help="Only these.")
@click.option("--until", type=DayType(), help="Only those due by this day.")
@click.option("--day", type=DayType(), help="Seen from this day instead of today.")
@click.option("--patient", type=IdType(), help="Only this patient's.")
@clinician_option
@limit_option
@min_position_option
@purpose_option
@json_option
@nats_url_option
def reviews(nats_url: str | None, as_json: bool, org: str, limit: int, **query: object) -> None:
    """List the reviews that are coming up, due or overdue, the earliest first."""
    found = asyncio.run(_reviews(nats_url, org, limit, query))
    if as_json:
        print_json(found)
        return
    rows = [
        (
            review["due_on"],
            not_up_to_date(review["status"], review),
            f"{review['org']}.{review['patient']}.{review['goal']}",
            review.get("cause"),
            review.get("clinician"),
            review.get("wording") or review.get("statement"),
        )
        for review in found["items"]
    ]
    columns = ("Due", "Status", "Goal", "Because", "Clinician", "In words")
    print_table(columns, rows, wide=("In words",), none=f"There are no such reviews of {org}.")


async def _reviews(nats_url: str | None, org: str, limit: int, query: dict[str, object]) -> Json:
    async with connected(nats_url) as nc:
        return await read_pages(nc, f"/v1/orgs/{org}/reviews", limit, query)
