"""Two writers at once: one of them is first, and no rule is broken between them."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from events.event import Event
from events.goal import GoalState, fold_goals
from events.goal import types as g
from events.identity import GoalId
from events.log import Log
from events.outcome import RejectedOutcome
from services.goals import service as goals
from services.settings import Settings
from tests.builders import active_goal, entry, event, opened, proposed
from tests.conftest import Submit, running
from tests.integration.goals.conftest import Copies
from tests.integration.goals.steps import activation, code, limited, ready_to_begin


async def active(log: Log, goal_id: GoalId) -> list[GoalState]:
    """The patient's active goals, as the log has them."""
    events = await log.read_patient(goal_id)
    ids = {each.goal_id for each in events}
    states = [fold_goals(each for each in events if each.goal_id == one) for one in ids]
    return [state for state in states if state is not None and state.status == "active"]


async def test_two_writers_that_expect_the_same_version_are_told_apart(
    copies: Copies, log: Log, goal_id: GoalId
) -> None:
    here, there = copies(), copies()
    for each in active_goal(goal_id):
        await here.submit(each)
    version = len(await log.read(goal_id))
    first, second = (event(goal_id, entry(f"e{number}"), expected_version=version) for number in (1, 2))

    outcomes = await asyncio.gather(here.submit(first), there.submit(second))

    assert sorted(map(code, outcomes)) == ["recorded", "version.conflict"]
    (conflict,) = [each for each in outcomes if isinstance(each, RejectedOutcome)]
    assert conflict.version == version + 1
    assert conflict.detail == (
        f"The goal is at version {version + 1}, not {version}. Recorded since: cairn.goal.progress_logged.v1."
    )


async def test_an_expected_version_holds_where_the_copy_remembers_less(copies: Copies, goal_id: GoalId) -> None:
    """Also when the decision looks at all of the patient, and so finds out about the change by itself."""
    here, there = copies(), copies()
    for each in [limited(goal_id, 3), *ready_to_begin(goal_id)]:
        await here.submit(each)
    wording = g.Revised(changes=g.Changes(interventions=("CBT",)), reason="clinical")
    await there.submit(event(goal_id, wording, role="clinician"))
    await there.submit(event(goal_id, g.Agreed()))

    outcome = await here.submit(replace(activation(goal_id), expected_version=2))

    assert isinstance(outcome, RejectedOutcome)
    assert (outcome.code, outcome.version) == ("version.conflict", 4)


async def test_a_submission_is_decided_after_one_that_came_before_it_and_takes_longer(
    copies: Copies, goal_id: GoalId
) -> None:
    """The first one is refused, which the log has to confirm; the second one could be recorded at once meanwhile."""
    here = copies()
    for each in active_goal(goal_id):
        await here.submit(each)
    withdrawn = event(goal_id, g.ProgressWithdrawn(entry="e1", reason="Another day."))

    outcomes = await asyncio.gather(here.submit(withdrawn), here.submit(event(goal_id, entry("e1"))))

    assert list(map(code, outcomes)) == ["entry.unknown", "recorded"]


async def test_writers_that_expect_nothing_are_all_recorded_one_after_another(
    copies: Copies, log: Log, goal_id: GoalId
) -> None:
    here, there = copies(), copies()
    for each in active_goal(goal_id):
        await here.submit(each)

    outcomes = await asyncio.gather(
        *(
            copy.submit(event(goal_id, entry(f"{name}-{number}")))
            for name, copy in (("a", here), ("b", there))
            for number in range(10)
        )
    )

    assert Counter(map(code, outcomes)) == {"recorded": 20}
    events = await log.read(goal_id)
    assert [each.version for each in events] == list(range(1, len(events) + 1))


@pytest.mark.parametrize("limit", [1, 3])
async def test_fifty_activations_at_once_admit_exactly_the_limit(
    settings: Settings, goals_service: None, submit: Submit, log: Log, org: str, limit: int
) -> None:
    """Through two services that share the work, each with a memory of its own."""
    patient = GoalId(org, "pt-1", "plan")
    ids = [patient._replace(goal=f"goal-{number}") for number in range(50)]
    async with running(lambda ready: goals.serve(settings, ready)):
        await submit(limited(patient, limit))
        await asyncio.gather(*(submit(ready_to_begin(each)[0]) for each in ids))
        await asyncio.gather(*(submit(ready_to_begin(each)[1]) for each in ids))

        outcomes = await asyncio.gather(*(submit(activation(each)) for each in ids))

    assert Counter(map(code, outcomes)) == {"recorded": limit, "goal.limit_reached": 50 - limit}
    assert len(await active(log, patient)) == limit


async def test_copies_that_race_for_the_last_place_admit_one(copies: Copies, log: Log, org: str) -> None:
    several = [copies() for _ in range(4)]
    ids = [GoalId(org, "pt-1", f"goal-{number}") for number in range(4)]
    await several[0].submit(limited(ids[0], 1))
    for copy, each in zip(several, ids, strict=True):
        for step in ready_to_begin(each):
            await copy.submit(step)

    outcomes = await asyncio.gather(*(copy.submit(activation(each)) for copy, each in zip(several, ids, strict=True)))

    assert Counter(map(code, outcomes)) == {"recorded": 1, "goal.limit_reached": 3}
    assert len(await active(log, ids[0])) == 1


async def test_two_goals_cannot_begin_to_support_each_other_at_once(copies: Copies, org: str) -> None:
    here, there = copies(), copies()
    a, b = (GoalId(org, "pt-1", token) for token in ("a", "b"))
    await here.submit(event(a.plan, opened(), role="clinician"))
    for each in (a, b):
        await here.submit(event(each, proposed(horizon="long_term")))

    def support(one: GoalId, other: GoalId) -> Event:
        return event(one, g.Revised(changes=g.Changes(supports=other.goal), reason="clinical"))

    outcomes = await asyncio.gather(here.submit(support(a, b)), there.submit(support(b, a)))

    assert sorted(map(code, outcomes)) == ["goal.supports_cycle", "recorded"]


async def test_other_patients_are_in_nobodys_way(copies: Copies, org: str) -> None:
    copy = copies()
    ids = [GoalId(org, f"pt-{number}", "walk") for number in range(20)]

    async def begin(goal_id: GoalId) -> list[str]:
        return [code(await copy.submit(each)) for each in active_goal(goal_id)]

    assert await asyncio.gather(*map(begin, ids)) == [["recorded"] * 4] * 20
