"""One goal reads whole and in order, however large, and so does everything of a patient."""

import pytest
from pydantic_core import to_json

from events.envelope import UnreadableEvent, structured
from events.identity import LOG, GoalId
from events.log import Append, Log, LogUnreachable
from events.log.client.resilient import ResilientClient
from services.embedded_server import EmbeddedServer
from tests.builders import active_goal, entry, event
from tests.waiting import eventually


@pytest.fixture
def goal_id(org: str) -> GoalId:
    return GoalId(org, "pt-1", "walk")


async def test_a_goal_that_is_not_there_reads_as_nothing(log: Log, goal_id: GoalId) -> None:
    assert await log.read(goal_id) == []
    assert await log.read_patient(goal_id) == []
    assert await log.last_of_patient(goal_id) == {}


async def test_a_goal_reads_as_it_was_appended(log: Log, goal_id: GoalId) -> None:
    recorded = await log.append(Append(tuple(active_goal(goal_id)[1:]), 0, 0))

    read = await log.read(goal_id)

    assert [(each.event, each.position, each.version) for each in read] == [
        (each.event, each.position, each.version) for each in recorded
    ]
    assert [each.recorded_at for each in read] == sorted(each.recorded_at for each in read)


async def test_a_goal_reads_from_a_position_on(log: Log, goal_id: GoalId) -> None:
    recorded = await log.append(Append(tuple(active_goal(goal_id)[1:]), 0, 0))
    positions = [each.position for each in recorded]

    for count, after in enumerate([0, *positions]):
        assert [each.position for each in await log.read(goal_id, after)] == positions[count:]


async def test_a_large_goal_reads_whole(log: Log, goal_id: GoalId) -> None:
    """Over several pages of a direct get, with other goals' events in between."""
    other = goal_id._replace(patient="pt-2")
    version = last = last_of_other = 0
    for hundred in range(25):
        entries = tuple(event(goal_id, entry(f"e{hundred}-{number}")) for number in range(100))
        last = (await log.append(Append(entries, version, last)))[-1].position
        version += 100
        (between,) = await log.append(Append((event(other, entry(f"e{hundred}")),), hundred, last_of_other))
        last_of_other = between.position

    read = await log.read(goal_id)

    assert [each.version for each in read] == list(range(1, 2501))
    assert {each.goal_id for each in read} == {goal_id}
    assert [each.version for each in await log.read(goal_id, read[1233].position)] == list(range(1235, 2501))


async def test_everything_of_a_patient_reads_in_log_order(log: Log, goal_id: GoalId) -> None:
    plan, proposal, *_ = active_goal(goal_id)
    run = goal_id._replace(goal="run")
    stranger = goal_id._replace(patient="pt-2")
    positions = {}
    for each in (plan, proposal, event(run, proposal.data), event(stranger, proposal.data)):
        (stored,) = await log.append(Append((each,), 0, 0))
        positions[each.goal_id] = stored.position
    (agreed,) = await log.append(Append((active_goal(goal_id)[2],), 1, positions[goal_id]))

    read = await log.read_patient(run)
    last = await log.last_of_patient(run)

    assert [each.goal_id for each in read] == [goal_id.plan, goal_id, run, goal_id]
    assert last == {goal_id.plan: positions[goal_id.plan], run: positions[run], goal_id: agreed.position}


async def test_the_head_is_the_last_position(own: ResilientClient) -> None:
    log = Log(own)
    assert await log.head() == 0

    recorded = await log.append(Append(tuple(active_goal()[1:]), 0, 0))

    assert await log.head() == recorded[-1].position == 3


async def test_an_event_of_tomorrow_says_where_it_lies(
    own: ResilientClient, nc: ResilientClient, goal_id: GoalId
) -> None:
    log = Log(own)
    proposal = active_goal(goal_id)[1]
    await log.append(Append((proposal,), 0, 0))
    headers = {
        "ce-type": "cairn.goal.proposed.v9",
        "ce-id": "x",
        "ce-source": "urn:x",
        "ce-time": "2026-03-02T12:00:00Z",
    }
    headers |= {"ce-actor": "x", "ce-actorrole": "patient", "ce-version": "2"}
    await own.jetstream().publish(goal_id.on(LOG), to_json(structured(proposal)["data"]), headers=headers)

    with pytest.raises(UnreadableEvent) as caught:
        await log.read(goal_id)

    assert (caught.value.position, caught.value.subject) == (2, f"cairn.log.{goal_id}")


async def test_without_a_server_the_log_is_unreachable(
    own_server: EmbeddedServer, own: ResilientClient, goal_id: GoalId
) -> None:
    log = Log(own)
    await log.append(Append((active_goal(goal_id)[1],), 0, 0))
    await own_server.stop()
    await eventually(lambda: not own.is_connected)

    for reading in (log.read(goal_id), log.read_patient(goal_id), log.last_of_patient(goal_id), log.head()):
        with pytest.raises(LogUnreachable):
            await reading


async def test_over_a_closed_connection_the_log_is_unreachable(own: ResilientClient, goal_id: GoalId) -> None:
    log = Log(own)
    await own.close()

    with pytest.raises(LogUnreachable):
        await log.read(goal_id)
