"""`cairn projections quarantine`: goals with an event that could not be projected, and retrying them."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from services.cli.connection import connected
from services.cli.database import open_tables
from services.cli.lazy import Group
from services.cli.parameters import GoalIdType, ProjectionType, database_url_option, json_option, nats_url_option
from services.cli.printing import Json, print_json, print_table
from services.cli.progress import SlowProgress

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from events.identity import GoalId
    from projections.engine.projection import Projection

    Projections = Sequence[Projection[Any]]  # what they remember is of no concern here


class QuarantinedGoal(NamedTuple):
    """A goal (or plan) of which a projection has events in quarantine.

    Attributes:
        goal: `ORG.PATIENT.GOAL`.
        position: The position of the event that could not be projected.
        events: How many events are in quarantine: that one, and those that wait behind it.
    """

    projection: str
    stream: str
    goal: str
    position: int
    events: int
    reason: str

    @property
    def subject(self) -> str:
        """The subject of the goal in the log."""
        from events.identity import LOG

        return f"{LOG}.{self.goal}"


@click.group(cls=Group)
def quarantine() -> None:
    """List the events that could not be projected, and retry them."""


_name = click.argument("projection", metavar="[NAME]", type=ProjectionType(), required=False)


@quarantine.command("list")
@_name
@database_url_option
@json_option
def list_quarantined(projection: "Projection[Any] | None", database_url: str | None, as_json: bool) -> None:
    """List the goals that are in quarantine, in the projection NAME or in all of them, with the event and the reason.

    Reads show such a goal as it was before that event, and say so in `quarantined`. Other goals are not affected.
    """
    with open_tables(database_url) as engine:
        found = _quarantined(engine, _chosen(projection))
    if as_json:
        print_json({"items": [each._asdict() for each in found], "next": None})
    elif found:
        rows = [(each.projection, each.goal, each.position, each.events, each.reason) for each in found]
        print_table(("Projection", "Goal", "Position", "Events", "Because"), rows, wide=("Because",))
    else:
        click.echo("Nothing is in quarantine.")


@quarantine.command()
@_name
@click.option("--goal", type=GoalIdType(), help="Only this goal, or plan.")
@database_url_option
@json_option
@nats_url_option
def retry(
    projection: "Projection[Any] | None",  # what it remembers is of no concern here
    goal: "GoalId | None",
    database_url: str | None,
    as_json: bool,
    nats_url: str | None,
) -> None:
    """Retry what is in quarantine, in the projection NAME or in all of them, with the present code.

    Each goal catches up in one transaction, as far as its events can be projected now. The exit code is 1 when any
    goal is still in quarantine.
    """
    with open_tables(database_url) as engine:
        found = [each for each in _quarantined(engine, _chosen(projection)) if goal is None or each.goal == str(goal)]
        results = asyncio.run(_retry(engine, found, nats_url)) if found else []
    if as_json:
        print_json({"items": results, "next": None})
    elif results:
        rows = [(each["projection"], each["goal"], each["released"], _still(each["quarantined"])) for each in results]
        print_table(
            ("Projection", "Goal", "Events projected", "Still in quarantine"), rows, wide=("Still in quarantine",)
        )
    else:
        click.echo("Nothing is in quarantine." if goal is None else f"{goal} is not in quarantine.")
    if any(each["quarantined"] for each in results):
        raise click.exceptions.Exit(1)


async def _retry(engine: "Engine", found: Sequence[QuarantinedGoal], nats_url: str | None) -> list[Json]:
    from events.log import Log
    from projections.catalog import projection_named
    from projections.engine.checkpoint import CheckpointKey
    from projections.engine.naming import Slot
    from projections.engine.quarantine_retry import release

    results: list[Json] = []
    async with connected(nats_url) as nc:
        logs = {stream: Log(nc, stream) for stream in {each.stream for each in found}}
        try:
            with SlowProgress("trying again, goals", len(found)) as progress:
                for each in found:
                    key = CheckpointKey(each.projection, Slot.LIVE, each.stream)
                    definition = projection_named(each.projection)
                    released = await release(engine, definition, logs[each.stream], key, each.subject)
                    still = released.still
                    results.append(
                        {
                            "projection": each.projection,
                            "stream": each.stream,
                            "goal": each.goal,
                            "released": released.events,
                            "quarantined": {"position": still.position, "reason": still.reason} if still else None,
                        }
                    )
                    progress.advance()
        finally:
            for log in logs.values():
                await log.close()
    return results


def _chosen(projection: "Projection[Any] | None") -> "Projections":
    from projections.catalog import every_name, projection_named

    return [projection] if projection else [projection_named(name) for name in every_name()]


def _quarantined(engine: "Engine", projections: "Projections") -> list[QuarantinedGoal]:
    """The goals in quarantine in the live tables, in the order of the log."""
    from events.identity import goal_id_of
    from projections.engine.checkpoint import CheckpointKey
    from projections.engine.database import reading
    from projections.engine.naming import Slot
    from projections.engine.quarantine_retry import in_quarantine
    from services.cli.configuration import load_settings

    found: list[QuarantinedGoal] = []
    with reading(engine) as connection:
        for name in (each.name for each in projections):
            for stream in load_settings().placement.streams:
                goals: dict[str, QuarantinedGoal] = {}
                for event in in_quarantine(connection, CheckpointKey(name, Slot.LIVE, stream)):
                    goal = str(goal_id_of(event.subject))
                    first = goals.setdefault(goal, QuarantinedGoal(name, stream, goal, event.position, 0, event.reason))
                    goals[goal] = first._replace(events=first.events + 1)
                found += goals.values()
    return found


def _still(quarantined: Json | None) -> str:
    return f"at position {quarantined['position']}: {quarantined['reason']}" if quarantined else ""
