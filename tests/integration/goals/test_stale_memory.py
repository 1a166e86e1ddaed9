"""Another copy has recorded something: what this one answers rests on the log all the same."""

import asyncio
from collections import Counter
from itertools import count

from events.event import Event
from events.goal import types as g
from events.identity import GoalId
from events.outcome import RecordedOutcome, RejectedOutcome
from events.plan import types as p
from tests.builders import active_goal, entry, event, gas, opened, proposed
from tests.conftest import Submit
from tests.integration.goals.conftest import Copies
from tests.integration.goals.steps import activation, code, limited, ready_to_begin
from tests.waiting import eventually

_NUMBERS = count()
"""No two revisions are the same."""


class TestAStaleMemory:
    async def test_refuses_what_is_no_longer_allowed(self, copies: Copies, goal_id: GoalId) -> None:
        here, there = copies(), copies()
        for each in active_goal(goal_id):
            await here.submit(each)
        await there.submit(event(goal_id, g.Closed(outcome="achieved", reason="Done"), role="clinician"))

        assert code(await here.submit(event(goal_id, g.Held(reason="x"), role="clinician"))) == "goal.closed"

    async def test_takes_what_is_allowed_by_now(self, copies: Copies, goal_id: GoalId) -> None:
        here, there = copies(), copies()
        plan, proposal, agreement, begin = active_goal(goal_id)
        for each in (plan, proposal):
            await here.submit(each)
        assert code(await here.submit(begin)) == "goal.not_agreed"

        await there.submit(agreement)

        assert code(await here.submit(begin)) == "recorded"

    async def test_knows_the_version_it_refuses_at(self, copies: Copies, goal_id: GoalId) -> None:
        here, there = copies(), copies()
        for each in active_goal(goal_id):
            await here.submit(each)
        await there.submit(event(goal_id, entry("e1")))

        refused = await here.submit(event(goal_id, proposed()))

        assert isinstance(refused, RejectedOutcome)
        assert (refused.code, refused.version) == ("goal.exists", 5)

    async def test_sees_a_plan_that_was_opened_elsewhere(self, copies: Copies, goal_id: GoalId) -> None:
        here, there = copies(), copies()
        plan, proposal, *_ = active_goal(goal_id)
        assert code(await here.submit(proposal)) == "plan.missing"

        await there.submit(plan)

        assert code(await here.submit(proposal)) == "recorded"

    async def test_sees_a_plan_that_was_amended_elsewhere(self, copies: Copies, goal_id: GoalId) -> None:
        here, there = copies(), copies()
        second = goal_id._replace(goal="second")
        for each in [limited(goal_id, 1), *ready_to_begin(goal_id), activation(goal_id), *ready_to_begin(second)]:
            await here.submit(each)
        assert code(await here.submit(activation(second))) == "goal.limit_reached"

        await there.submit(event(goal_id.plan, p.Amended(active_goal_limit=2, reason="Going well"), role="clinician"))

        assert code(await here.submit(activation(second))) == "recorded"

    async def test_sees_a_limit_that_was_lowered_elsewhere(self, copies: Copies, goal_id: GoalId) -> None:
        here, there = copies(), copies()
        second = goal_id._replace(goal="second")
        for each in [limited(goal_id, 2), *ready_to_begin(goal_id), activation(goal_id), *ready_to_begin(second)]:
            await here.submit(each)

        await there.submit(event(goal_id.plan, p.Amended(active_goal_limit=1, reason="Too much"), role="clinician"))

        assert code(await here.submit(activation(second))) == "goal.limit_reached"

    async def test_many_refusals_at_once_all_see_what_was_amended(self, copies: Copies, org: str) -> None:
        """One of them fetches the amended plan; the others, which look at the same copy of it, must see it too."""
        here, there = copies(), copies()
        ids = [GoalId(org, "pt-1", f"goal-{number}") for number in range(5)]
        await here.submit(limited(ids[0], 5))
        for each in ids:
            for step in (*ready_to_begin(each), activation(each), three_levels(each)):
                answered = await here.submit(step)
            assert code(answered) == "gas.levels"

        simple = p.Amended(accommodations=("simplified_language",), reason="Easier to read")
        await there.submit(event(ids[0].plan, simple, role="clinician"))

        outcomes = await asyncio.gather(*(here.submit(three_levels(each)) for each in ids))
        assert Counter(map(code, outcomes)) == {"recorded": 5}


async def test_a_service_sees_a_plan_that_another_copy_amended(
    goals_service: None, submit: Submit, copies: Copies, goal_id: GoalId
) -> None:
    """Also where the amendment forbids what the service's memory of the plan would still allow."""
    plan, *begins = active_goal(goal_id)
    simple = event(plan.goal_id, opened(accommodations=("simplified_language",)), role="clinician")
    for each in (simple, *begins, three_levels(goal_id)):
        assert isinstance(await submit(each), RecordedOutcome)

    plain = p.Amended(accommodations=(), reason="Not needed")
    assert code(await copies().submit(event(goal_id.plan, plain, role="clinician"))) == "recorded"

    async def heard_of_it() -> bool:
        """Whether the service refuses yet another such revision."""
        return code(await submit(three_levels(goal_id))) == "gas.levels"

    await eventually(heard_of_it)


def three_levels(goal_id: GoalId) -> Event:
    """A revision of a goal at work, whose scale has three levels: only simplified language allows that."""
    scale = gas(levels={"-1": "Less", "0": f"As hoped, {next(_NUMBERS)}", "1": "More"})
    return event(goal_id, g.Revised(changes=g.Changes(gas=scale), reason="clinical"), role="clinician")
