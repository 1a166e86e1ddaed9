"""`cairn goals`: the goals of an organisation, and one of them as it is or was."""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

import click

from services.cli.access_recording import purpose_option
from services.cli.connection import connected
from services.cli.lazy import Group
from services.cli.parameters import (
    GoalIdType,
    IdType,
    StatusType,
    audience_option,
    clinician_option,
    include_option,
    json_option,
    limit_option,
    min_position_option,
    moment_options,
    nats_url_option,
    org_option,
)
from services.cli.printing import Json, not_up_to_date, print_json, print_table
from services.cli.reading import read, read_pages

if TYPE_CHECKING:
    from events.identity import GoalId


@click.group(cls=Group)
def goals() -> None:
    """List goals, or show one as it is or was."""


@goals.command("list")
@org_option
@click.option("--patient", type=IdType(), help="Only this patient's.")
@clinician_option
@click.option("--status", type=StatusType(), help="Only goals in this status, such as active.")
@click.option("--overdue", is_flag=True, default=None, help="Only goals with an overdue review.")
@click.option("--text", help="Only goals whose words contain this.")
@audience_option
@include_option
@limit_option
@click.option("--cursor", metavar="NEXT", help="Begin where an earlier page ended: the `next` that it had.")
@min_position_option
@purpose_option
@json_option
@nats_url_option
def list_goals(nats_url: str | None, as_json: bool, org: str, limit: int, **query: object) -> None:
    """List the goals of an organisation."""
    found = asyncio.run(_listed(nats_url, org, limit, query))
    if as_json:
        print_json(found)
        return
    rows = [
        (
            f"{goal['org']}.{goal['patient']}.{goal['goal']}",
            not_up_to_date(goal.get("outcome") or goal["status"], goal),
            goal.get("wording") or goal["statement"],
            (goal.get("next_review") or {}).get("due_on"),
            ", ".join(goal.get("awaiting_agreement") or ()),
        )
        for goal in found["items"]
    ]
    columns = ("Goal", "Status", "In words", "Next review", "Awaiting")
    print_table(columns, rows, wide=("In words",), none=f"There are no such goals of {org}.")
    if found["next"]:
        click.echo(f"There are more: --limit, or --cursor {found['next']}", err=True)


@goals.command("show")
@click.argument("goal_id", metavar="ORG.PATIENT.GOAL", type=GoalIdType())
@moment_options
@audience_option
@include_option
@min_position_option
@purpose_option
@json_option
@nats_url_option
def show_goal(
    goal_id: "GoalId",
    as_of: datetime | None,
    by: str,
    as_json: bool,
    nats_url: str | None,
    **query: object,
) -> None:
    """Show one goal, as it is or as it stood."""
    moment = {"as_of": as_of.isoformat() if as_of else None, "by": by if as_of else None}
    found = asyncio.run(_shown(nats_url, goal_id, {**query, **moment}))
    if as_json:
        print_json(found)
        return
    from services.cli.goal_printer import print_goal

    print_goal(found)


async def _listed(nats_url: str | None, org: str, limit: int, query: dict[str, object]) -> Json:
    async with connected(nats_url) as nc:
        return await read_pages(nc, f"/v1/orgs/{org}/goals", limit, query)


async def _shown(nats_url: str | None, goal_id: "GoalId", query: dict[str, object]) -> Json:
    patient = f"/v1/orgs/{goal_id.org}/patients/{goal_id.patient}"
    async with connected(nats_url) as nc:
        if not goal_id.is_plan:
            return await read(nc, f"{patient}/goals/{goal_id.goal}", **query)
        if query["as_of"] is not None or query["position"] is not None:
            raise click.ClickException(
                f"This command shows a plan only as it is now. For an earlier moment, use `cairn replay {goal_id}`."
            )
        return await read(nc, f"{patient}/plan", **{name: query[name] for name in query if name != "include"})
