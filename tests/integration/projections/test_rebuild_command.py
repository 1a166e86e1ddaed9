"""`cairn projections rebuild`, as an operator runs it beside the services."""

import asyncio
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, inspect, update

from events.identity import GoalId
from events.log import Append, Log, connect, declare_log
from events.log.stream import STREAM
from projections.engine.checkpoint import CheckpointKey, read_checkpoint
from projections.engine.database import reading, writing
from projections.engine.naming import Slot
from projections.engine.projection import Projection
from projections.engine.writer import ProjectionWriter
from services.embedded_server import EmbeddedServer
from tests.conftest import running
from tests.forked import Forked, Ran, cairn
from tests.integration.projections.clinic import Database, diary, record
from tests.integration.projections.conftest import OpenDatabase
from tests.waiting import eventually

SECRET = "what a patient wrote"


def command(its: Database, nats_url: str, *more: str) -> tuple[str, ...]:
    addresses = ("--database-url", its.url, "--nats-url", nats_url)
    return ("projections", "rebuild", its.projection.name, *addresses, *more)


async def rebuild(its: Database, nats_url: str, *more: str) -> Ran:
    return await cairn(*command(its, nats_url, *more))


async def build(engine: Engine, projection: Projection[Any], log: Log) -> None:  # Any: of any state
    """Build what is in the log by now, without a service."""
    head = await log.head()
    writer = ProjectionWriter(engine, projection, STREAM)
    writer.resume()
    async for batch in log.follow(writer.position):
        writer.take(batch.messages, batch.head)
        if writer.position >= head:
            break
    assert writer.is_live or writer.go_live([STREAM])


async def test_it_finds_what_differs_and_swaps_while_the_service_goes_on(
    log: Log, nats_url: str, org: str, database: OpenDatabase
) -> None:
    its = database("goal_state")
    goals = its.projection.tables()["goals"]
    walk = GoalId(org, "pt-1", "walk")
    async with running(its.serve):
        await its.reaches(await record(log, diary(walk, 3)))
        with writing(its.engine) as connection:
            connection.execute(update(goals).where(goals.c.org == org).values(search=SECRET, setbacks=77))

        tried = await rebuild(its, nats_url, "--dry-run")
        assert tried.code == 1
        assert f"{org} pt-1 walk" in tried.out
        assert "setbacks, search" in tried.out
        assert "not equal" in tried.out
        assert "Nothing was swapped" in tried.out
        assert its.status["building"] is None, "nobody builds what is kept"
        assert SECRET not in tried.out + tried.err
        assert its.rows(org)["goals"]

        swapped = (await rebuild(its, nats_url, "--json")).json
        assert (swapped["swapped"], swapped["same"]) == (True, False)
        assert swapped["live_version"] == its.projection.version
        assert swapped["live_positions"] == swapped["new_positions"]
        (of_goals,) = (table for table in swapped["tables"] if table["table"] == "goals")
        assert of_goals["live_rows"] == of_goals["new_rows"]
        assert of_goals["live_hash"] != of_goals["new_hash"]
        assert of_goals["differences"] == [
            {"key": list(walk), "columns": ["setbacks", "search"], "only_in": None},
        ]

        last = await record(log, diary(GoalId(org, "pt-1", "read"), 1))
        await its.reaches(last)
        again = await rebuild(its, nats_url, "--dry-run")
        assert again.code == 0
        assert "not equal" not in again.out

    rebuilt = await its.rebuilt(log, last)
    assert its.rows(org) == rebuilt.rows(org)
    rebuilt.engine.dispose()


async def test_the_former_tables_are_kept_until_they_are_dropped(
    log: Log, nats_url: str, org: str, database: OpenDatabase
) -> None:
    its = database("goal_state")
    await record(log, diary(GoalId(org, "pt-1", "walk"), 1))
    await build(its.engine, its.projection, log)
    rebuilt = await rebuild(its, nats_url)
    assert rebuilt.code == 0
    assert "`cairn projections drop-previous goal_state` drops them" in rebuilt.out
    assert "goal_state_goals__previous" in inspect(its.engine).get_table_names()

    drop = ("projections", "drop-previous", "goal_state", "--database-url", its.url)
    dropped, nothing = await cairn(*drop), await cairn(*drop)
    assert (dropped.code, dropped.out) == (0, "The former tables of goal_state are dropped.\n")
    assert (nothing.code, nothing.out) == (0, "There are no former tables of goal_state.\n")
    assert not [name for name in inspect(its.engine).get_table_names() if "__" in name]


async def test_with_nothing_live_there_is_nothing_to_compare_with(
    log: Log, nats_url: str, org: str, database: OpenDatabase
) -> None:
    its = database("review_schedule")
    await record(log, diary(GoalId(org, "pt-1", "walk"), 1))
    rebuilt = await rebuild(its, nats_url)
    assert rebuilt.code == 0
    assert "Nothing is live, so there is nothing to compare with." in rebuilt.out
    assert "former" not in rebuilt.out
    assert any(its.rows(org).values())


async def test_tables_of_another_version_are_not_compared(
    log: Log, nats_url: str, org: str, database: OpenDatabase
) -> None:
    its = database("goal_state")
    await record(log, diary(GoalId(org, "pt-1", "walk"), 1))
    await build(its.engine, replace(its.projection, version=99), log)
    rebuilt = await rebuild(its, nats_url)
    assert rebuilt.code == 0
    assert f"Version 99 is live and this is version {its.projection.version}" in rebuilt.out
    assert its.status["version"] == its.projection.version


async def test_it_says_when_no_service_keeps_the_live_tables_up(
    log: Log, nats_url: str, org: str, database: OpenDatabase
) -> None:
    its = database("review_schedule")
    await record(log, diary(GoalId(org, "pt-1", "walk"), 1))
    await build(its.engine, its.projection, log)
    await record(log, diary(GoalId(org, "pt-1", "read"), 1))
    tried = await rebuild(its, nats_url, "--dry-run")
    assert "no service keeps the live ones up with the log" in tried.out
    assert "only in the new tables" in tried.out
    assert tried.code == 1


async def test_broken_off_by_ctrl_c_it_goes_on_where_it_was(own_server: EmbeddedServer, tmp_path: Path) -> None:
    nc = await connect(own_server.url, name="test")
    await declare_log(nc)
    log = Log(nc)
    its = Database("goal_state", tmp_path / "cairn.db", own_server.url)
    await record(log, diary(GoalId("org", "pt-1", "walk"), 3))
    await build(its.engine, its.projection, log)
    before = its.position
    goals = [GoalId("org", f"pt-{number}", "walk") for number in range(100, 300)]
    stored = await asyncio.gather(*(log.append(Append(tuple(diary(goal, 60)), 0, 0)) for goal in goals))
    head = max(events[-1].position for events in stored)
    key = CheckpointKey("goal_state", Slot.BUILDING, STREAM)

    def built() -> int:
        with reading(its.engine) as connection:
            checkpoint = read_checkpoint(connection, key)
        return checkpoint.position if checkpoint else 0

    async def interrupt(process: Forked) -> None:
        await eventually(built, within=30)
        process.send_signal(signal.SIGINT)

    interrupted = await cairn(*command(its, own_server.url), meanwhile=interrupt)
    assert interrupted.code == 1
    assert "the same command goes on from there" in interrupted.err
    assert interrupted.out == ""
    assert 0 < built() < head
    assert its.position == before

    left = head - built()
    resumed = (await rebuild(its, own_server.url, "--json")).json
    assert resumed["events"] == left
    assert resumed["swapped"]
    assert its.position == head
    rebuilt = await its.rebuilt(log, head)
    assert its.rows("org") == rebuilt.rows("org")

    for each in (its, rebuilt):
        each.engine.dispose()
    await log.close()
    await nc.close()


async def test_anew_it_begins_at_the_first_event(log: Log, nats_url: str, org: str, database: OpenDatabase) -> None:
    its = database("review_schedule")
    await record(log, diary(GoalId(org, "pt-1", "walk"), 1))
    await build(its.engine, its.projection, log)
    kept = (await rebuild(its, nats_url, "--dry-run", "--json")).json
    gone_on_with = (await rebuild(its, nats_url, "--dry-run", "--json")).json
    anew = (await rebuild(its, nats_url, "--dry-run", "--json", "--from-start")).json
    assert (kept["events"], gone_on_with["events"], anew["events"]) == (its.position, 0, its.position)
    assert not anew["swapped"]


@pytest.mark.parametrize(
    "arguments", [("rebuild", "goal_state"), ("drop-previous", "goal_state"), ("quarantine", "list")]
)
async def test_a_database_that_is_not_there_is_not_made(
    arguments: tuple[str, ...], nats_url: str, tmp_path: Path
) -> None:
    nowhere = tmp_path / "nowhere" / "cairn.db"
    ran = await cairn("projections", *arguments, "--database-url", f"sqlite:///{nowhere}", CAIRN_NATS_URL=nats_url)
    assert ran.code == 1
    assert ran.err.startswith(f"Error: There is no database at {nowhere}.")
    assert not nowhere.parent.exists()
