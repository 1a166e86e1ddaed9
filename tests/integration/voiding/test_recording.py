"""What a message that cannot be read blocks, and what it does not; and how recording goes on once it is void."""

import pytest

from events.event import Event
from events.goal import fold_goals
from events.goal import types as g
from events.identity import LOG, GoalId
from events.outcome import RecordedOutcome
from services.administration.recording import recorded_acts
from tests.builders import active_goal, entry, event, opened, proposed, smart
from tests.integration.goals.steps import code
from tests.integration.voiding.conftest import Spoilt

WALK, READ, COOK = (GoalId("northside", "pt-1", goal) for goal in ("walk", "read", "cook"))


def agreed(goal_id: GoalId) -> list[Event]:
    return [event(goal_id, proposed(smart=smart())), event(goal_id, g.Agreed(), role="clinician")]


async def test_it_blocks_its_goal_with_a_code_of_its_own_that_need_not_be_tried_again(spoilt: Spoilt) -> None:
    await spoilt.record(*active_goal(WALK))
    position = await spoilt.spoil(WALK)

    outcome = await spoilt.refused(event(WALK, entry("e1")))

    assert (outcome.code, outcome.retryable) == ("log.unreadable", False)
    assert f"cairn log void {WALK} {position}" in outcome.detail


async def test_the_patients_other_goals_go_on_and_count_it_as_it_was_before(spoilt: Spoilt) -> None:
    """Two may be active: the blocked goal is one of them, another is the second, and there is no room for a third."""
    _plan, *walk = active_goal(WALK)
    await spoilt.record(event(WALK.plan, opened(active_goal_limit=2), role="clinician"), *walk)
    await spoilt.spoil(WALK)

    begun = [event(each, g.Activated(), role="clinician") for each in (READ, COOK)]
    await spoilt.record(*agreed(READ), begun[0], event(READ, entry("e1")), *agreed(COOK))
    assert (await spoilt.refused(begun[1])).code == "goal.limit_reached"
    assert code(await spoilt.another_copy().submit(begun[1])) == "goal.limit_reached"


async def test_on_the_plans_subject_it_blocks_the_patient_and_nobody_else(spoilt: Spoilt) -> None:
    await spoilt.record(*active_goal(WALK))
    other = GoalId("northside", "pt-2", "walk")
    await spoilt.spoil(WALK.plan)

    cold = spoilt.another_copy()
    assert code(await cold.submit(event(WALK, entry("e1")))) == "log.unreadable"
    assert (await spoilt.refused(event(READ, proposed(supports="walk")))).code == "log.unreadable"
    await spoilt.record(*active_goal(other))

    assert (await spoilt.void(WALK.plan, 6))["status"] == "recorded"
    await spoilt.record(event(WALK, entry("e2")), event(READ, proposed(supports=None)))


async def test_once_it_is_void_the_goal_goes_on_and_versions_count_what_is_read(spoilt: Spoilt) -> None:
    first = event(WALK, entry("e1"))
    await spoilt.record(*active_goal(WALK), first)
    warm = spoilt.another_copy()
    assert code(await warm.submit(first)) == "duplicate"
    position = await spoilt.spoil(WALK)

    outcome = await spoilt.void(WALK, position)
    after = await spoilt.submit(event(WALK, entry("e2")))

    assert outcome["events"] == [{"type": "cairn.goal.voided.v1", "position": position + 1, "version": 6}]
    assert isinstance(after, RecordedOutcome)
    assert after.events[0].version == 7
    for copy in (warm, spoilt.another_copy()):
        assert code(await copy.submit(first)) == "duplicate"
        assert code(await copy.submit(event(WALK, entry(f"of-{id(copy)}")))) == "recorded"
    state = fold_goals(await spoilt.log.read(WALK))
    assert state is not None
    assert (state.version, len(state.progress)) == (9, 4)
    assert [each.version for each in await spoilt.log.read(WALK)] == list(range(1, 10))


async def test_a_goal_can_begin_behind_a_void_message(spoilt: Spoilt) -> None:
    await spoilt.record(event(WALK.plan, opened(), role="clinician"))
    position = await spoilt.spoil(WALK)
    assert (await spoilt.refused(event(WALK, proposed()))).code == "log.unreadable"

    await spoilt.void(WALK, position)
    outcome = await spoilt.submit(event(WALK, proposed()))

    assert isinstance(outcome, RecordedOutcome)
    assert outcome.events[0].version == 2


async def test_each_of_several_has_to_be_voided(spoilt: Spoilt) -> None:
    await spoilt.record(*active_goal(WALK))
    first, second = await spoilt.spoil(WALK), await spoilt.spoil(WALK)

    await spoilt.void(WALK, first)
    assert f"position {second}" in (await spoilt.refused(event(WALK, entry("e1")))).detail
    await spoilt.void(WALK, second)

    await spoilt.record(event(WALK, entry("e1")))
    assert [each.version for each in await spoilt.log.read(WALK)] == list(range(1, 8))


async def test_a_snapshot_from_before_leads_on_behind_it(spoilt: Spoilt) -> None:
    await spoilt.record(*active_goal(WALK))
    writing = spoilt.another_copy()
    assert code(await writing.submit(event(WALK, entry("e1")))) == "recorded"
    await writing._histories.write_snapshots()
    position = await spoilt.spoil(WALK)
    await spoilt.void(WALK, position)

    outcome = await spoilt.another_copy().submit(event(WALK, entry("e2")))

    assert isinstance(outcome, RecordedOutcome)
    assert outcome.events[0].version == 7


async def test_what_is_behind_a_position_is_read_wherever_the_void_message_is(spoilt: Spoilt) -> None:
    await spoilt.record(*active_goal(WALK))
    position = await spoilt.spoil(WALK)
    await spoilt.void(WALK, position)
    await spoilt.record(event(WALK, entry("e1")))

    whole = await spoilt.log.read(WALK)

    for after in range(position + 3):
        assert await spoilt.log.read(WALK, after) == [each for each in whole if each.position > after]


class TestWhatIsRefused:
    async def test_a_message_that_can_be_read(self, spoilt: Spoilt) -> None:
        position = await spoilt.record(*active_goal(WALK))

        outcome = await spoilt.void(WALK, position)

        assert outcome["code"] == "event.invalid"
        assert "can be read" in str(outcome["detail"])

    async def test_a_message_of_another_goal_and_one_that_is_not_there(self, spoilt: Spoilt) -> None:
        position = await spoilt.spoil(WALK)

        for goal_id, named in ((READ, position), (WALK, position + 1), (WALK.plan, position)):
            outcome = await spoilt.void(goal_id, named)
            assert outcome["code"] == "event.invalid"
            assert goal_id.on(LOG) in str(outcome["detail"])
        assert await spoilt.log.head() == position

    async def test_the_second_time_it_is_told_where_it_was_voided(self, spoilt: Spoilt) -> None:
        position = await spoilt.spoil(WALK)
        first = await spoilt.void(WALK, position)

        again = await spoilt.void(WALK, position)

        assert again == {**first, "duplicate": True}
        assert await spoilt.log.head() == position + 1

    async def test_that_anyone_else_says_so(self, spoilt: Spoilt) -> None:
        position = await spoilt.spoil(WALK)

        outcome = await spoilt.refused(event(WALK, g.Voided(position=position, reason="Not ours"), role="system"))

        assert outcome.code == "event.invalid"
        assert "cairn log void" in outcome.detail

    @pytest.mark.parametrize("reply", ["cairn.log.northside.pt-1.walk", "$JS.API.INFO"])
    async def test_a_request_whose_answer_would_be_written_into_the_log(self, spoilt: Spoilt, reply: str) -> None:
        position = await spoilt.spoil(WALK)

        await spoilt.nc.publish(WALK.on("cairn.void"), b'{"position":1,"reason":"x","actor":"op"}', reply=reply)
        assert (await spoilt.void(READ, position))["code"] == "event.invalid"  # comes after it

        assert await spoilt.log.head() == position


class TestTheCommand:
    async def test_voids_a_message(self, spoilt: Spoilt) -> None:
        await spoilt.record(*active_goal(WALK))
        position = await spoilt.spoil(WALK)

        asked = ("log", "void", str(WALK), str(position), "--reason", "Not ours", "--by", "op-1", "--yes")
        ran = await spoilt.cairn(*asked)

        assert (ran.code, ran.out) == (
            0,
            f"The message at position {position} is void: position {position + 1} says so.\n",
        )
        [*_, last] = await spoilt.log.read(WALK)
        assert last.data == g.Voided(position=position, reason="Not ours")
        assert (last.event.actor.id, last.event.actor.role) == ("op-1", "system")
        [act] = await recorded_acts(spoilt.nc)
        assert (act.kind, act.by, act.reason, act.position, act.head) == (
            *("voided", "op-1", "Not ours", position),
            position + 1,
        )
        verified = await spoilt.cairn("log", "verify")
        assert verified.code == 0
        assert f"Note: position {position} ({WALK.on('cairn.log')}) was voided" in verified.out

    async def test_asks_before_it_does_so_and_says_what_there_is(self, spoilt: Spoilt) -> None:
        position = await spoilt.spoil(WALK)

        ran = await spoilt.cairn("log", "void", str(WALK), str(position), "--reason", "Not ours")

        assert ran.code == 1
        assert f"Position {position} of {WALK}: 8 bytes" in ran.err
        assert await spoilt.log.head() == position

    async def test_ends_with_1_when_nothing_was_voided(self, spoilt: Spoilt) -> None:
        ran = await spoilt.cairn("log", "void", str(WALK), "7", "--reason", "Not ours", "--yes", "--json")

        assert (ran.code, ran.json["code"]) == (1, "event.invalid")
