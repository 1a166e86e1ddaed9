"""Whatever the goals service records has a blind of its own, and never that of who submits."""

import pytest

from events.blinding import BLIND, BLIND_BYTES, decode_blind
from events.envelope import to_body, to_headers
from events.identity import LOG, SUBMIT, GoalId
from events.log import Log
from events.log.client.headers import headers_of
from events.log.client.resilient import ResilientClient
from tests.builders import active_goal, entry, event
from tests.conftest import Submit


@pytest.mark.usefixtures("goals_service")
async def test_every_event_is_stored_with_other_random_bytes(
    submit: Submit, nc: ResilientClient, log: Log, goal_id: GoalId
) -> None:
    """Also one that follows by itself, and one that is submitted with a blind."""
    for each in active_goal(goal_id):
        await submit(each)
    told = event(goal_id, entry("first"))
    forged = {name: value for name, value in to_headers(told, 1, bytes(BLIND_BYTES)).items() if name != "ce-version"}
    await nc.request(goal_id.on(SUBMIT), to_body(told), timeout=20, headers=forged)

    stored = [message async for page in log.read_raw(goal_id.patient_on(LOG)) for message in page]

    blinds = [headers_of(each.headers)[BLIND] for each in stored]
    assert len(stored) == len(active_goal(goal_id)) + 2
    assert [len(decode_blind(each.encode())) for each in blinds] == [BLIND_BYTES] * len(blinds)
    assert len({*blinds, forged[BLIND]}) == len(blinds) + 1
