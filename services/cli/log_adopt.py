"""`cairn log adopt`: go on with the present log, after the former one was lost or replaced."""

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import click

from services.cli.adoption import Adoption, affected, print_as_json, print_plan
from services.cli.connection import connected
from services.cli.database import open_tables
from services.cli.parameters import (
    database_url_option,
    json_option,
    nats_url_option,
    operator_option,
    reason_option,
)
from services.cli.progress import SlowProgress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Engine

    from events.log import Log
    from events.log.client.resilient import ResilientClient


@click.command()
@click.option("--yes", is_flag=True, help="Do it without asking.")
@operator_option
@reason_option
@database_url_option
@json_option
@nats_url_option
def adopt(yes: bool, by: str, reason: str, database_url: str | None, as_json: bool, nats_url: str | None) -> None:
    """Let the log count as it is, when somebody remembers another one, or events are missing from it.

    Says what is lost for good, and asks. Every projection that is of another log is built anew from this one, beside
    running services, which go on by themselves afterwards; goals services forget the other log. What the former log had
    and this one has not is lost then; where a backup has it, restore that instead. With --json and without --yes it
    only tells; the exit code is then 1 if there is something to adopt.
    """
    with open_tables(database_url) as engine:
        asyncio.run(_adopt(engine, nats_url, by, reason, yes=yes, as_json=as_json))


async def _adopt(engine: "Engine", nats_url: str | None, by: str, reason: str, *, yes: bool, as_json: bool) -> None:
    from events.log import Log
    from services.cli.configuration import load_settings

    settings = load_settings()
    async with AsyncExitStack() as stack:
        nc = await stack.enter_async_context(connected(nats_url))
        logs = {stream: Log(nc, stream) for stream in settings.placement.streams}
        for log in logs.values():
            stack.push_async_callback(log.close)
        adoptions = await _adoptions(engine, nc, logs)
        if not adoptions:
            _nothing(as_json)
            if not as_json:
                await asyncio.to_thread(_say_of_access_record, engine)
            return
        if not as_json:
            print_plan(adoptions)
        if not yes and (as_json or not await asyncio.to_thread(click.confirm, "Adopt the log as it is?")):
            if as_json:
                print_as_json(adoptions, adopted=False)
            raise click.exceptions.Exit(1)
        await _build_anew(engine, logs, adoptions)
        await _empty_snapshots(nc)
        await _let_count(nc, adoptions)
        await _record(nc, adoptions, by, reason, settings.log_replicas)
        if as_json:
            print_as_json(adoptions, adopted=True)
        else:
            built = ", ".join(affected(adoptions))
            click.echo(f"Adopted. {built}: built from this log, and in place." if built else "Adopted.")
            await asyncio.to_thread(_say_of_access_record, engine)


def _nothing(as_json: bool) -> None:
    if as_json:
        print_as_json([], adopted=False)
    else:
        click.echo("There is nothing to adopt: nobody remembers another log than this one, and nothing is missing.")


def _say_of_access_record(engine: "Engine") -> None:
    """Say that the record of who read is of another stream too: its tables may be all that is left of that."""
    from events.access_record import ACCESS_STREAM
    from projections.access_record.tables import NAME
    from projections.engine.database import reading
    from projections.engine.status import read_status

    with reading(engine) as connection:
        if read_status(connection, NAME, ACCESS_STREAM)["state"] == "log_replaced":
            click.echo(
                f"The stream {ACCESS_STREAM} was lost or replaced too. The tables of who read are left as they are:"
                " copy them, and then `cairn access rebuild` builds them from the stream that there is."
            )


async def _adoptions(engine: "Engine", nc: "ResilientClient", logs: "Mapping[str, Log]") -> list[Adoption]:
    from events.log.anchor import BEGINNING, Anchor
    from events.log.fitness import Fitness
    from projections.catalog import every_name
    from services.cli.configuration import load_settings
    from services.node.lost_events import lost_events
    from services.node.remembered import declare_checkpoints, of_another_log

    await asyncio.to_thread(declare_checkpoints, engine)
    found = await of_another_log(engine, logs, every_name())
    furthest = await asyncio.gather(*(_acknowledged(nc, stream) for stream in logs))
    acknowledged = dict(zip(logs, furthest, strict=True))
    adoptions = []
    for stream in dict.fromkeys(each.stream for each in found):
        log = logs[stream]
        state = await log.state()
        lost = await lost_events(engine, log, load_settings().placement.organisations(stream))
        same_until = (await log.anchor(lost.same_until) or Anchor(lost.same_until)) if lost else BEGINNING
        projections = tuple(each for each in found if each.stream == stream)
        missing = Fitness.of(stream, state).missing
        adoptions.append(Adoption(stream, state.last, projections, lost, same_until, missing, acknowledged[stream]))
    for stream in logs.keys() - {each.stream for each in adoptions}:
        state = await logs[stream].state()
        missing = Fitness.of(stream, state).missing
        if missing or acknowledged[stream]:
            adoptions.append(Adoption(stream, state.last, (), None, BEGINNING, missing, acknowledged[stream]))
    return adoptions


async def _acknowledged(nc: "ResilientClient", stream: str) -> int:
    """The furthest position that a goals service misses in the log; 0 when none does."""
    from events.log.fitness import objections

    return max((each.position for each in await objections(nc, stream)), default=0)


async def _let_count(nc: "ResilientClient", adoptions: "Sequence[Adoption]") -> None:
    """Let each stream count as it is, for goals services too, also for those that are down now."""
    from events.log.fitness import adopt_as_it_is

    for each in adoptions:
        await adopt_as_it_is(nc, each.stream)


async def _build_anew(engine: "Engine", logs: "Mapping[str, Log]", adoptions: "Sequence[Adoption]") -> None:
    from projections.catalog import projection_named
    from projections.engine.rebuilding import Rebuild

    for name in affected(adoptions):
        async with Rebuild(engine, projection_named(name), logs).building() as rebuilding:
            with SlowProgress(f"building {name}, events") as progress:
                await rebuilding.complete(progress.reach)
            await rebuilding.go_live()


async def _empty_snapshots(nc: "ResilientClient") -> None:
    from events.log.snapshots import Snapshots

    snapshots = Snapshots(nc)
    try:
        await snapshots.empty()
    finally:
        await snapshots.close()


async def _record(nc: "ResilientClient", adoptions: "Sequence[Adoption]", by: str, reason: str, replicas: int) -> None:
    from services.administration.application import Act
    from services.administration.recording import record_act

    for each in adoptions:
        lost = {**(each.lost.counts if each.lost else {}), **({"missing": each.missing} if each.missing else {})}
        if unseen := each.unseen:
            lost["events"] = lost.get("events", 0) + unseen
        known, fingerprint = each.anchor.position or None, each.anchor.fingerprint
        await record_act(nc, Act("adopted", each.stream, by, reason, known, fingerprint, each.head, lost), replicas)
