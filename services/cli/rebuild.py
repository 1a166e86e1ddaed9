"""`cairn projections rebuild` and `drop-previous`: build a projection beside the live one, compare, and swap."""

from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from services.cli.connection import connected
from services.cli.database import open_tables
from services.cli.parameters import ProjectionType, database_url_option, json_option, nats_url_option
from services.cli.printing import print_json
from services.cli.progress import SlowProgress

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from projections.engine.projection import Projection
    from services.cli.comparison import Rebuilt

_STOP_REBUILD_SECONDS = 60.0


@click.command()
@click.argument("projection", metavar="NAME", type=ProjectionType())
@click.option("--dry-run", is_flag=True, help="Build and compare, and do not swap. The exit code is 1 if rows differ.")
@click.option(
    "--from-start", is_flag=True, help="Begin at the first event, also when an earlier rebuild was interrupted."
)
@database_url_option
@json_option
@nats_url_option
def rebuild(
    projection: "Projection[Any]",  # what it remembers is of no concern here
    dry_run: bool,
    from_start: bool,
    database_url: str | None,
    as_json: bool,
    nats_url: str | None,
) -> None:
    """Build the projection NAME from the log, beside the live tables, which are read meanwhile.

    Then compare both, row by row, and put the new tables in the place of the old, in one transaction. The old tables
    are kept until `cairn projections drop-previous NAME`. After an interruption, the same command continues.
    """
    from services.cli.comparison import print_rebuilt, rebuilt_as_json
    from services.cli.running import run_until_stopped

    done: list[Rebuilt] = []
    with open_tables(database_url) as engine:
        if from_start:
            drop_build(engine, projection.name, "building")
        run_until_stopped(
            lambda: build_beside(engine, projection, nats_url, swap=not dry_run, done=done), _STOP_REBUILD_SECONDS
        )
    if not done:
        click.echo("Interrupted. What was built is kept: the same command goes on from there.", err=True)
        raise click.Abort
    if as_json:
        print_json(rebuilt_as_json(projection.name, done[0]))
    else:
        print_rebuilt(projection, done[0])
    if dry_run and done[0].comparison.same is False:
        raise click.exceptions.Exit(1)


@click.command("drop-previous")
@click.argument("projection", metavar="NAME", type=ProjectionType())
@database_url_option
@json_option
def drop_previous(projection: "Projection[Any]", database_url: str | None, as_json: bool) -> None:  # as above
    """Drop the tables of the projection NAME that were live before the last rebuild or the last new version."""
    with open_tables(database_url) as engine:
        dropped = drop_build(engine, projection.name, "previous")
    if as_json:
        print_json({"projection": projection.name, "dropped": dropped})
    elif dropped:
        click.echo(f"The former tables of {projection.name} are dropped.")
    else:
        click.echo(f"There are no former tables of {projection.name}.")


async def build_beside(
    engine: "Engine",
    projection: "Projection[Any]",  # as above
    nats_url: str | None,
    *,
    swap: bool,
    done: "list[Rebuilt]",
) -> None:
    """Build a projection beside the live one and compare the two.

    Args:
        swap: Whether the new tables are put in the place of the live ones. They are kept beside them otherwise.
        done: Gets what was built, once it is compared; stays empty when this is cancelled before.
    """
    from contextlib import AsyncExitStack

    from events.log import Log
    from projections.engine.rebuilding import Rebuild
    from services.cli.comparison import Rebuilt
    from services.cli.configuration import load_settings

    async with AsyncExitStack() as stack:
        nc = await stack.enter_async_context(connected(nats_url))
        logs = {stream: Log(nc, stream) for stream in load_settings().placement.streams}
        for log in logs.values():
            stack.push_async_callback(log.close)
        rebuilding = await stack.enter_async_context(Rebuild(engine, projection, logs).building())
        with SlowProgress(f"building {projection.name}, events") as progress:
            began, before = monotonic(), rebuilding.taken
            await rebuilding.complete(progress.reach)
            seconds = monotonic() - began
        built = rebuilding.taken - before
        comparison = await rebuilding.compare()
        if swap:
            await rebuilding.go_live()
        done.append(Rebuilt(built, seconds, comparison, swap))


def drop_build(engine: "Engine", name: str, slot: str) -> bool:
    """Drop the tables of a projection in a slot; whether there were any."""
    from projections.engine.builds import drop
    from projections.engine.database import writing
    from projections.engine.naming import Slot

    with writing(engine) as connection:
        return drop(connection, name, Slot(slot))
