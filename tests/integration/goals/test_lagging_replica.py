"""In a cluster a read may be answered by a replica that lags behind; no refusal rests on what it has not yet heard."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from events.goal import types as g
from events.identity import GoalId
from events.log import Log
from events.log.client.resilient import ResilientClient
from events.log.snapshots import Snapshots
from events.outcome import RejectedOutcome
from events.plan import types as p
from tests.builders import active_goal, entry, event, proposed
from tests.integration.goals.conftest import Copies, Core, goals_on
from tests.integration.goals.steps import activation, code, limited, ready_to_begin
from tests.lagging import LaggingReader


@pytest.fixture
async def here(nc: ResilientClient, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Core]:
    """A copy of the service that is answered by such a replica."""
    with monkeypatch.context() as patch:
        patch.setattr("events.log.log.DirectReader", LaggingReader)
        log = Log(nc)
    snapshots = Snapshots(nc)
    yield goals_on(nc, log, snapshots)
    await snapshots.close()
    await log.close()


@pytest.fixture
def there(copies: Copies) -> Core:
    """A copy that knows all at once."""
    return copies()


async def test_it_takes_what_is_allowed_by_now(here: Core, there: Core, goal_id: GoalId) -> None:
    plan, proposal, agreement, begin = active_goal(goal_id)
    for step in (plan, proposal, agreement):
        assert code(await there.submit(step)) == "recorded"

    assert code(await here.submit(begin)) == "recorded"


async def test_it_refuses_what_is_no_longer_allowed(here: Core, there: Core, goal_id: GoalId) -> None:
    for step in active_goal(goal_id):
        assert code(await here.submit(step)) == "recorded"
    over = event(goal_id, g.Closed(outcome="achieved", reason="Done"), role="clinician")
    assert code(await there.submit(over)) == "recorded"

    refused = await here.submit(event(goal_id, g.Held(reason="A pause"), role="clinician"))

    assert isinstance(refused, RejectedOutcome)
    assert (refused.code, refused.version) == ("goal.closed", 5)


async def test_it_knows_a_plan_that_was_just_opened(here: Core, there: Core, goal_id: GoalId) -> None:
    plan, proposal, *_ = active_goal(goal_id)
    assert code(await here.submit(proposal)) == "plan.missing"
    assert code(await there.submit(plan)) == "recorded"

    assert code(await here.submit(proposal)) == "recorded"


async def test_it_knows_a_submission_that_another_copy_recorded(here: Core, there: Core, goal_id: GoalId) -> None:
    plan, proposal, *_ = active_goal(goal_id)
    for step in (plan, proposal):
        assert code(await there.submit(step)) == "recorded"

    assert code(await here.submit(proposal)) == "duplicate"


async def test_it_knows_the_version_that_a_sender_has_seen_elsewhere(here: Core, there: Core, goal_id: GoalId) -> None:
    for step in active_goal(goal_id):
        assert code(await here.submit(step)) == "recorded"
    assert code(await there.submit(event(goal_id, entry("e1")))) == "recorded"

    seen = event(goal_id, entry("e2"), expected_version=5)
    unseen = event(goal_id, entry("e3"), expected_version=5)

    assert [code(await here.submit(each)) for each in (seen, unseen)] == ["recorded", "version.conflict"]


async def test_it_knows_all_that_a_patient_has(here: Core, there: Core, goal_id: GoalId) -> None:
    second = goal_id._replace(goal="second")
    steps = [limited(goal_id, 1), *ready_to_begin(goal_id), activation(goal_id), *ready_to_begin(second)]
    for step in steps:
        assert code(await there.submit(step)) == "recorded"
    assert code(await here.submit(activation(second))) == "goal.limit_reached"

    more_room = p.Amended(active_goal_limit=2, reason="Going well")
    assert code(await there.submit(event(goal_id.plan, more_room, role="clinician"))) == "recorded"

    assert code(await here.submit(activation(second))) == "recorded"


async def test_a_replica_that_never_comes_so_far_is_no_ground_for_a_refusal(
    here: Core, there: Core, goal_id: GoalId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LaggingReader, "lag", 10**6)
    monkeypatch.setattr("events.log.reading._REPLICA_SECONDS", 0.2)
    plan = active_goal(goal_id)[0]
    assert code(await there.submit(plan)) == "recorded"

    outcomes = [await here.submit(each) for each in (event(goal_id, proposed()), replace(plan, id="another"))]

    assert [code(each) for each in outcomes] == ["log.unavailable"] * 2
