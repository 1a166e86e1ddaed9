"""A goal that is not in memory is loaded through its snapshot where the log bears it out, otherwise from the log."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from events.event import Event, RecordedEvent
from events.goal import fold_goals
from events.identity import GoalId
from events.log import Append, Log
from events.log.client.resilient import ResilientClient
from events.log.snapshots import Snapshots
from services.goals.histories import EventsMissing, Histories
from services.goals.history import History
from tests.builders import active_goal, entry, event, opened


@pytest.fixture
async def snapshots(nc: ResilientClient) -> AsyncIterator[Snapshots]:
    kept = Snapshots(nc)
    await kept.declare()
    yield kept
    await kept.close()


@pytest.fixture
def histories(log: Log, snapshots: Snapshots) -> Histories:
    return Histories(log, snapshots, limit=100, snapshot_every=20)


async def record(log: Log, *events: Event) -> None:
    """What another copy of the service records."""
    for each in events:
        before = await log.read(each.goal_id)
        await log.append(Append((each,), len(before), before[-1].position if before else 0))


async def folded(log: Log, goal_id: GoalId) -> History:
    """A history as the service has it when it has taken in every event."""
    history = History(goal_id)
    for each in await log.read(goal_id):
        history.take(each)
    return history


def entries(goal_id: GoalId, count: int, start: int = 0) -> list[Event]:
    return [event(goal_id, entry(f"e{number}")) for number in range(start, start + count)]


async def test_a_goal_that_nobody_knows_is_empty(histories: Histories, goal_id: GoalId) -> None:
    history = await histories.get(goal_id)
    assert (history.version, history.position, history.goal) == (0, 0, None)


async def test_without_a_snapshot_every_event_is_read(log: Log, histories: Histories, goal_id: GoalId) -> None:
    await record(log, *active_goal(goal_id), *entries(goal_id, 3))

    history = await histories.get(goal_id)

    assert history.goal == fold_goals(await log.read(goal_id))
    assert (history.version, history.snapshot_version) == (6, 0)


@pytest.mark.parametrize("behind", [0, 1, 3], ids=lambda behind: f"{behind} events behind")
async def test_what_is_behind_the_snapshot_is_read(
    log: Log, snapshots: Snapshots, histories: Histories, goal_id: GoalId, behind: int
) -> None:
    await record(log, *active_goal(goal_id))
    await snapshots.put({goal_id: (await folded(log, goal_id)).snapshot()})
    await record(log, *entries(goal_id, behind))

    history = await histories.get(goal_id)

    assert history.goal == fold_goals(await log.read(goal_id))
    assert (history.version, history.snapshot_version) == (3 + behind, 3)


@pytest.mark.parametrize("behind", [0, 1], ids=["as long", "longer"])
async def test_a_snapshot_that_the_log_does_not_bear_out_is_not_used(
    log: Log, snapshots: Snapshots, histories: Histories, goal_id: GoalId, behind: int
) -> None:
    """As after a restore of the log from before the snapshot was made."""
    other = goal_id._replace(goal="other")
    await record(log, *active_goal(goal_id))
    await record(log, *active_goal(other)[1:])
    await snapshots.put({goal_id: (await folded(log, other)).snapshot()})
    await record(log, *entries(goal_id, behind))

    history = await histories.get(goal_id)

    assert history.goal == fold_goals(await log.read(goal_id))
    assert history.snapshot_version == 0


async def test_a_snapshot_of_a_log_in_which_the_last_event_said_something_else_is_not_used(
    log: Log, snapshots: Snapshots, histories: Histories, goal_id: GoalId
) -> None:
    """As after a restore of the log, when the same entry was sent again as its author had changed it meanwhile."""
    await record(log, *active_goal(goal_id), event(goal_id, entry("e1", mood=2), id="entry"))
    former = History(goal_id)
    *before, last = await log.read(goal_id)
    changed = replace(last, event=replace(last.event, data=entry("e1", mood=6)))
    for each in (*before, changed):
        former.take(each)
    await snapshots.put({goal_id: former.snapshot()})

    history = await histories.get(goal_id)

    assert history.goal == fold_goals(await log.read(goal_id))
    assert history.snapshot_version == 0


async def test_a_goal_whose_events_are_not_all_there_is_not_loaded(
    log: Log, histories: Histories, goal_id: GoalId
) -> None:
    await record(log, *active_goal(goal_id))
    last = (await log.read(goal_id))[-1]
    await log.append(Append((event(goal_id, entry("e1")),), last.version + 1, last.position))

    with pytest.raises(EventsMissing):
        await histories.get(goal_id)


async def test_a_snapshot_of_what_the_log_does_not_know_is_not_used(
    log: Log, snapshots: Snapshots, histories: Histories, goal_id: GoalId
) -> None:
    other = goal_id._replace(goal="other")
    await record(log, *active_goal(other))
    await snapshots.put({goal_id: (await folded(log, other)).snapshot()})

    assert (await histories.get(goal_id)).version == 0


async def test_a_goals_plan_is_loaded_with_it(log: Log, histories: Histories, goal_id: GoalId) -> None:
    await record(log, *active_goal(goal_id))
    await histories.get(goal_id)
    await record(log, event(goal_id.plan, opened(active_goal_limit=5), role="clinician"))

    plan = await histories.get(goal_id.plan)

    assert plan.version == 1, "it was in memory"


async def test_what_grew_by_enough_is_written_to_the_snapshots(log: Log, snapshots: Snapshots, goal_id: GoalId) -> None:
    histories = Histories(log, snapshots, limit=100, snapshot_every=4)
    await record(log, *active_goal(goal_id))
    history = await histories.get(goal_id)
    histories.moved(history)
    await histories.write_snapshots()
    assert await snapshots.get(goal_id) is None

    await record(log, *entries(goal_id, 1))
    await histories.confirm(history)
    histories.moved(history)
    await histories.write_snapshots()

    assert await snapshots.get(goal_id) == history.snapshot()


async def test_what_leaves_the_memory_is_written_when_that_spares_reading(
    log: Log, snapshots: Snapshots, goal_id: GoalId
) -> None:
    histories = Histories(log, snapshots, limit=2, snapshot_every=12)
    brief = goal_id._replace(goal="brief")
    await record(log, *active_goal(goal_id), *active_goal(brief)[1:3])
    for each in (goal_id, brief, goal_id._replace(goal="another")):
        await histories.get(each)

    await histories.write_snapshots()

    assert await snapshots.get(goal_id) == (await folded(log, goal_id)).snapshot()
    assert await snapshots.get(brief) is None


async def test_before_the_end_everything_is_written_that_spares_reading(
    log: Log, snapshots: Snapshots, goal_id: GoalId
) -> None:
    histories = Histories(log, snapshots, limit=100, snapshot_every=12)
    await record(log, *active_goal(goal_id))
    history = await histories.get(goal_id)

    await histories.write_last_snapshots()

    assert await snapshots.get(goal_id) == history.snapshot()
    assert await snapshots.get(goal_id.plan) is None


class SlowSnapshots(Snapshots):
    """Snapshots that are found only when a test says so."""

    def __init__(self, nc: ResilientClient):
        super().__init__(nc)
        self.asked = asyncio.Event()
        self.found = asyncio.Event()

    async def get(self, goal_id: GoalId) -> bytes | None:
        self.asked.set()
        await self.found.wait()
        return await super().get(goal_id)


async def test_what_was_forgotten_while_it_was_loaded_is_not_kept(
    nc: ResilientClient, log: Log, goal_id: GoalId
) -> None:
    """Someone else changed it, and word of that came before the load had ended."""
    slow = SlowSnapshots(nc)
    histories = Histories(log, slow, limit=100, snapshot_every=20)
    plan = goal_id.plan
    await record(log, event(plan, opened(active_goal_limit=3), role="clinician"))
    loading = asyncio.create_task(histories.get(plan))
    await slow.asked.wait()
    await log.read(plan)  # by then the log has been asked for the plan's last event, and has answered

    await record(log, event(plan, opened(active_goal_limit=1), role="clinician"))
    histories.drop(plan)
    slow.found.set()
    await loading

    loaded = await histories.get(plan)
    assert loaded.plan is not None
    assert loaded.plan.active_goal_limit == 1
    await slow.close()


def remembered(goal_id: GoalId, events: int) -> History:
    """A history of so many events that no log has."""
    history = History(goal_id)
    grow(history, events)
    return history


def grow(history: History, by: int) -> None:
    for each in entries(history.goal_id, by, start=history.version):
        history.take(RecordedEvent(each, history.position + 1, history.version + 1, each.time))


async def test_a_long_history_is_written_when_it_has_grown_by_an_eighth(
    histories: Histories, snapshots: Snapshots, goal_id: GoalId
) -> None:
    history = remembered(goal_id, 200)
    history.snapshot_version = 180
    histories.moved(history)
    await histories.write_snapshots()
    assert await snapshots.get(goal_id) is None

    grow(history, 6)
    histories.moved(history)
    await histories.write_snapshots()
    assert await snapshots.get(goal_id) == history.snapshot()


async def test_all_snapshots_that_are_due_are_written_however_many(
    histories: Histories, snapshots: Snapshots, goal_id: GoalId
) -> None:
    many = [remembered(goal_id._replace(goal=f"g{number}"), 20) for number in range(50)]
    for each in many:
        histories.moved(each)
    await histories.write_snapshots()
    assert [await snapshots.get(each.goal_id) for each in many] == [each.snapshot() for each in many]
