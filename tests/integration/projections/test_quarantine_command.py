"""`cairn projections quarantine`, as an operator runs it once the code is mended."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from events.identity import LOG, GoalId
from events.log import Log, connect, declare_log
from events.log.client.resilient import ResilientClient
from services.embedded_server import EmbeddedServer
from tests.contract.projections.builds_contract import poisoned
from tests.forked import Ran, cairn
from tests.integration.projections.clinic import Database, diary, record
from tests.integration.projections.test_rebuild_command import build, rebuild

WALK, READ = (GoalId("org", "pt-1", name) for name in ("walk", "read"))


@dataclass
class Clinic:
    """A log and a database of one test's own."""

    its: Database
    log: Log
    nc: ResilientClient
    nats_url: str

    async def cairn(self, *arguments: str) -> Ran:
        """Run a command of `cairn projections quarantine`."""
        nats = () if arguments[0] == "list" else ("--nats-url", self.nats_url)
        return await cairn("projections", "quarantine", *arguments, "--database-url", self.its.url, *nats)


@pytest.fixture
async def clinic(own_server: EmbeddedServer, tmp_path: Path) -> AsyncIterator[Clinic]:
    nc = await connect(own_server.url, name="test")
    await declare_log(nc)
    log = Log(nc)
    its = Database("goal_state", tmp_path / "cairn.db", own_server.url)
    yield Clinic(its, log, nc, own_server.url)
    its.engine.dispose()
    await log.close()
    await nc.close()


async def test_with_nothing_held_both_say_so(clinic: Clinic) -> None:
    await record(clinic.log, diary(WALK, 1))
    await build(clinic.its.engine, clinic.its.projection, clinic.log)
    for arguments in (("list",), ("retry", "goal_state")):
        ran = await clinic.cairn(*arguments)
        assert (ran.code, ran.out) == (0, "Nothing is in quarantine.\n")
    assert (await clinic.cairn("list", "--json")).json == {"items": [], "next": None}


async def test_mended_and_tried_again_goals_are_what_a_rebuild_makes_of_them(clinic: Clinic) -> None:
    await record(clinic.log, diary(WALK, 5))
    poison = await record(clinic.log, diary(READ, 0))
    broken = poisoned(clinic.its.projection, poison)
    await build(clinic.its.engine, poisoned(broken, 3), clinic.log)
    listed = (await clinic.cairn("list", "--json")).json["items"]
    assert [(each["goal"], each["position"], each["events"]) for each in listed] == [
        (str(WALK), 3, 6),
        (str(READ), poison, 1),
    ]
    assert listed[0]["reason"].startswith("ZeroDivisionError")
    table = (await clinic.cairn("list", "goal_state")).out
    assert str(WALK) in table
    assert "ZeroDivisionError" in table

    one = await clinic.cairn("retry", "goal_state", "--goal", str(READ), "--json")
    assert one.code == 0
    assert [(each["goal"], each["released"], each["quarantined"]) for each in one.json["items"]] == [
        (str(READ), 1, None)
    ]
    assert [each["goal"] for each in (await clinic.cairn("list", "--json")).json["items"]] == [str(WALK)]

    rest = await clinic.cairn("retry")
    assert rest.code == 0
    assert str(WALK) in rest.out
    assert (await clinic.cairn("list")).out == "Nothing is in quarantine.\n"
    compared = await rebuild(clinic.its, clinic.nats_url, "--dry-run", "--json")
    assert compared.code == 0
    assert compared.json["same"]


async def test_what_still_cannot_be_taken_stays_held_and_is_exit_code_1(clinic: Clinic) -> None:
    await record(clinic.log, diary(WALK, 0))
    stored = await clinic.nc.jetstream().publish(WALK.on(LOG), b"no event")
    await build(clinic.its.engine, clinic.its.projection, clinic.log)
    tried = await clinic.cairn("retry", "--json")
    assert tried.code == 1
    (walk,) = tried.json["items"]
    assert (walk["released"], walk["quarantined"]["position"]) == (0, stored.seq)
    shown = await clinic.cairn("retry", "goal_state")
    assert shown.code == 1
    assert f"at position {stored.seq}" in shown.out
    other = await clinic.cairn("retry", "--goal", str(READ))
    assert (other.code, other.out) == (0, f"{READ} is not in quarantine.\n")


async def test_a_rebuild_tells_what_the_new_tables_could_not_take(clinic: Clinic) -> None:
    await record(clinic.log, diary(WALK, 0))
    await clinic.nc.jetstream().publish(WALK.on(LOG), b"no event")
    await build(clinic.its.engine, clinic.its.projection, clinic.log)
    rebuilt = await rebuild(clinic.its, clinic.nats_url)
    assert rebuilt.code == 0
    assert "1 event is in quarantine in the new tables" in rebuilt.out
