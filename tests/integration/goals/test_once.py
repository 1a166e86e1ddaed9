"""The same submission again is recorded once, for ever: across restarts, copies and processes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from events.event import Event
from events.goal import types as g
from events.identity import GoalId
from events.log import Log
from events.outcome import RecordedOutcome, RejectedOutcome
from services.goals import service as goals
from services.settings import Settings
from tests.builders import active_goal, entry, event, proposed
from tests.conftest import Submit, running
from tests.end_to_end.faults.processes import ServiceProcess
from tests.integration.goals.conftest import Copies


async def recorded(submit: Submit, *events: Event) -> RecordedOutcome:
    """Offers these, each of which is recorded; the outcome of the last."""
    outcomes = [await submit(each) for each in events]
    taken = [each for each in outcomes if isinstance(each, RecordedOutcome)]
    assert taken == outcomes
    return taken[-1]


def once_more(first: RecordedOutcome) -> RecordedOutcome:
    """The answer to the same submission again: the first one, called a duplicate."""
    return first.model_copy(update={"duplicate": True})


@pytest.mark.usefixtures("goals_service")
async def test_a_submission_again_gets_the_first_outcome(submit: Submit, log: Log, goal_id: GoalId) -> None:
    activation = active_goal(goal_id)[-1]
    first = await recorded(submit, *active_goal(goal_id)[:-1], activation)
    assert [each.type for each in first.events] == ["cairn.goal.activated.v1", "cairn.goal.review_scheduled.v1"]
    head = await log.head()

    assert await submit(activation) == once_more(first)

    assert await log.head() == head


@pytest.mark.usefixtures("goals_service")
async def test_so_it_does_whatever_has_happened_since(submit: Submit, log: Log, goal_id: GoalId) -> None:
    plan, proposal, *rest = active_goal(goal_id)
    first = await recorded(submit, plan, proposal)
    over = event(goal_id, g.Closed(outcome="achieved", reason="Done"), role="clinician")
    await recorded(submit, *rest, over)
    head = await log.head()

    assert await submit(replace(proposal, expected_version=77)) == once_more(first)
    assert await log.head() == head


@pytest.mark.usefixtures("goals_service")
async def test_the_key_is_source_and_id_within_one_goal(submit: Submit, org: str) -> None:
    plan = active_goal(GoalId(org, "pt-1", "walk"))[0]
    await recorded(submit, plan)
    proposal = event(GoalId(org, "pt-1", "walk"), proposed(), id="same")

    elsewhere = await recorded(submit, proposal, replace(proposal, goal_id=GoalId(org, "pt-1", "run")))
    other_source = await submit(replace(proposal, source="urn:other"))

    assert not elsewhere.duplicate
    assert isinstance(other_source, RejectedOutcome)
    assert other_source.code == "goal.exists"


@pytest.mark.usefixtures("goals_service")
async def test_nobody_is_mistaken_for_what_followed_by_itself(submit: Submit, goal_id: GoalId) -> None:
    activated = await recorded(submit, *active_goal(goal_id))
    version = activated.events[-1].version

    outcome = await recorded(submit, event(goal_id, entry("e1"), source="urn:cairn", id=f"{goal_id}@{version}"))

    assert (outcome.duplicate, outcome.events[0].version) == (False, version + 1)


@pytest.mark.usefixtures("goals_service")
async def test_a_rejected_submission_may_be_recorded_later(submit: Submit, goal_id: GoalId) -> None:
    plan, proposal, *_ = active_goal(goal_id)
    refused = await submit(proposal)
    assert isinstance(refused, RejectedOutcome)

    assert not (await recorded(submit, plan, proposal)).duplicate


async def test_a_restarted_service_still_knows(settings: Settings, log: Log, submit: Submit, goal_id: GoalId) -> None:
    story = active_goal(goal_id)
    async with running(lambda ready: goals.serve(settings, ready)):
        first = [await recorded(submit, each) for each in story]
    head = await log.head()

    async with running(lambda ready: goals.serve(settings, ready)):
        again = [await submit(each) for each in story]

    assert again == [once_more(each) for each in first]
    assert await log.head() == head


async def test_a_copy_with_a_stale_memory_knows(copies: Copies, goal_id: GoalId) -> None:
    """Whatever its memory of the goal, and also where the patient's other goals have to be looked at."""
    here, there = copies(), copies()
    for each in active_goal(goal_id):
        await here.submit(each)
    hold = event(goal_id, g.Held(reason="A pause"), role="clinician")
    resumption = event(goal_id, g.Resumed(reason="Back"), role="clinician")
    assert isinstance(await here.submit(hold), RecordedOutcome)

    first = await there.submit(resumption)
    assert isinstance(first, RecordedOutcome)
    assert await here.submit(resumption) == once_more(first)

    assert isinstance(await there.submit(replace(hold, id="again")), RecordedOutcome)
    assert await here.submit(resumption) == once_more(first)


async def test_copies_asked_at_once_record_it_once(copies: Copies, log: Log, goal_id: GoalId) -> None:
    several = [copies() for _ in range(4)]
    for each in active_goal(goal_id):
        await several[0].submit(each)
    daily = event(goal_id, entry("e1"))

    outcomes = await asyncio.gather(*(copy.submit(daily) for copy in several for _ in range(5)))

    recorded_outcomes = [each for each in outcomes if isinstance(each, RecordedOutcome)]
    assert len(recorded_outcomes) == 20
    assert [each.duplicate for each in recorded_outcomes].count(False) == 1
    assert len({each.events for each in recorded_outcomes}) == 1
    assert [each.type_name for each in await log.read(goal_id)].count("cairn.goal.progress_logged.v1") == 1


@asynccontextmanager
async def process(nats_url: str, folder: Path) -> AsyncIterator[None]:
    """A goals service in a process of its own."""
    service = ServiceProcess("goals", data_dir=folder, CAIRN_NATS_URL=nats_url)
    await service.start()
    try:
        yield
    finally:
        await service.stop()


async def test_two_processes_asked_at_once_record_it_once(
    nats_url: str, submit: Submit, log: Log, goal_id: GoalId, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp
    async with process(nats_url, folder("one")), process(nats_url, folder("other")):
        await recorded(submit, *active_goal(goal_id))
        daily = [event(goal_id, entry(f"e{number}")) for number in range(10)]

        outcomes = await asyncio.gather(*(recorded(submit, each) for each in daily * 6))

    assert [each.duplicate for each in outcomes].count(False) == 10
    logged = [each.event.id for each in await log.read(goal_id) if isinstance(each.data, g.ProgressLogged)]
    assert sorted(logged) == sorted(each.id for each in daily)
