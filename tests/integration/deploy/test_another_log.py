"""In the accounts of deploy/nats, a goals service is heard that misses something in the log."""

import asyncio
from pathlib import Path

import pytest

from events.identity import GoalId
from events.log import Log, declare_log
from events.log.client.connection import flush
from events.log.comparison import GOALS, LogComparison, compared
from events.log.snapshots import Snapshots
from events.log.stream import STREAM
from services.embedded_server import free_port
from services.goals.remembered_log import RememberedLog
from services.goals.watch import Watch
from tests.integration.deploy.deployed import configuration, connected, environment, start


async def test_other_goals_services_and_the_operator_hear_it(tmp_path: Path) -> None:
    server = await start(configuration(tmp_path) / "server.conf", environment(tmp_path, free_port()))
    try:
        async with connected(server, "goals", "goals", "log_operator") as [one, another, operator]:
            await declare_log(one.nc)
            log, snapshots = Log(one.nc), Snapshots(one.nc)
            await snapshots.declare()
            remembered = RememberedLog(STREAM, log, snapshots)
            watch = Watch(one.nc, STREAM, log, remembered, snapshots.empty)
            heard = await another.nc.subscribe("cairn.replaced.*")
            await flush(another.nc)
            remembered.heard(LogComparison(projection=GOALS, stream=STREAM, replaced=True, position=7))

            await watch.look()
            await remembered.keep()

            assert watch.health.state == "replaced"
            said = LogComparison.model_validate_json((await heard.next_msg(timeout=10)).data)
            assert (said.replaced, said.position, said.head) == (True, 7, 0)
            for asking in (another, operator):
                assert await compared(asking.nc, STREAM, first=10, further=0) == [said]
            assert await snapshots.last_known(STREAM) is not None
            assert not [*one.refused, *another.refused, *operator.refused]
            await log.close()
            await snapshots.close()
    finally:
        await server.kill()


async def test_accounts_of_before_are_told_which_right_is_missing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is known of the log cannot be kept then; snapshots can."""
    monkeypatch.setattr("events.log.snapshots._KEEP_SECONDS", 0.5)
    folder = configuration(tmp_path)
    accounts = folder / "accounts.conf"
    right = f'"$KV.cairn_snapshots.{STREAM}"'
    assert right in accounts.read_text()
    accounts.write_text(accounts.read_text().replace(right, ""))
    server = await start(folder / "server.conf", environment(tmp_path, free_port()))
    try:
        async with connected(server, "goals") as [goals]:
            snapshots = Snapshots(goals.nc)
            await snapshots.declare()
            goal_ids = [
                GoalId("northside", "pt-1", f"goal-{number}") for number in range(30)
            ]  # as many as make a batch

            kept, _ = await asyncio.gather(
                snapshots.keep_known(STREAM, b"{}"), snapshots.put(dict.fromkeys(goal_ids, b"{}"))
            )

            assert not kept
            assert not await snapshots.keep_known(STREAM, b"{}")
            assert [await snapshots.get(each) for each in goal_ids] == [b"{}"] * 30
            assert await snapshots.last_known(STREAM) is None
            [warning] = [each.getMessage() for each in caplog.records if each.name == "cairn.log"]
            assert f"the right to publish on $KV.cairn_snapshots.{STREAM} (deploy/nats/accounts.conf)" in warning
            await snapshots.close()
    finally:
        await server.kill()
