"""A submission whose answer would do harm is not taken at all."""

import pytest

from events.envelope import STRUCTURED
from events.identity import LOG, SUBMIT, GoalId
from events.log import Log
from events.log.client.resilient import ResilientClient
from events.log.stream import STREAM
from events.outcome import RecordedOutcome
from tests.builders import as_bytes, event, opened
from tests.conftest import Submit


@pytest.mark.usefixtures("goals_service")
async def test_such_a_submission_is_dropped_and_the_log_is_as_it_was(
    nc: ResilientClient, log: Log, submit: Submit, org: str, caplog: pytest.LogCaptureFixture
) -> None:
    plan = GoalId(org, "pt-1", "plan")
    for reply in (plan.on(LOG), f"$JS.API.STREAM.DELETE.{STREAM}", f"{LOG}.>"):
        offered = event(plan, opened(clinician="secret-words"), role="clinician")
        nc.send(plan.on(SUBMIT), {"content-type": STRUCTURED}, as_bytes(offered), reply)

    later = event(plan._replace(patient="pt-2"), opened(), role="clinician")
    assert isinstance(await submit(later), RecordedOutcome)

    assert await log.read(plan) == []
    warnings = [record.getMessage() for record in caplog.records if record.name == "cairn.goals"]
    assert warnings == ["a submission was not taken: its reply subject is Cairn's or the server's own"] * 3
