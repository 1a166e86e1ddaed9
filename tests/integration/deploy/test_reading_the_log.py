"""Whoever copies the log has that recorded, though the log's own account has no way to the stream of the records."""

from pathlib import Path

from events.access_record import ACCESS_STREAM, EVERY_PATIENT
from events.identity import GoalId
from events.log import Append, Log, declare_log
from services.access.records.stream import declare_access
from tests.access import access_records
from tests.builders import event, opened
from tests.forked import cairn
from tests.integration.deploy.deployed import Deployed, connected

PLAN = GoalId("copied", "pt-1", "plan")


async def test_a_backup_is_recorded_by_another_user(deployed: Deployed, tmp_path: Path) -> None:
    async with connected(deployed, "goals", "access") as [goals, access]:
        await declare_log(goals.nc)
        log = Log(goals.nc)
        await log.append(Append((event(PLAN, opened(), role="clinician", actor="c1"),), 0, 0))
        await log.close()
        access.nc.log_api, access.nc.log_streams = "$JS.log.API", (ACCESS_STREAM,)
        await declare_access(access.nc)
        command = ("log", "backup", str(tmp_path / "backup"), "--nats-url", deployed.url("log_operator"))

        refused = await cairn(*command)
        done = await cairn(*command, CAIRN_ACCESS_NATS_URL=deployed.url("operator"), CAIRN_OPERATOR="ada")

        records = await access_records(access.nc, PLAN.org)
    assert "access.not_recorded" in refused.err
    assert "up to position" in done.out
    assert [(record.reader, record.operation, record.patients) for record in records] == [
        ("command:ada", "log_backup", (EVERY_PATIENT,))
    ]
