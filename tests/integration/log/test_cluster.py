"""The log on three servers: every answer is true and followers go on, whoever leads."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from itertools import count

import pytest

from events.envelope import to_body, to_headers
from events.identity import LOG, GoalId
from events.log import Append, Batch, Log, LogUnavailable, connect, declare_log
from events.log.client.resilient import ResilientClient
from events.log.message import Message, guarded
from tests.anew import make_anew
from tests.builders import active_goal
from tests.cluster import Cluster, cluster_in
from tests.integration.log.conftest import Appends, following
from tests.integration.log.wire import Wire


@pytest.fixture(scope="module")
async def cluster(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    async with cluster_in(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture
async def own(cluster: Cluster) -> AsyncIterator[ResilientClient]:
    """A connection to it, and an empty log of three replicas."""
    connection = await connect(cluster.url, name="test")
    await make_anew(connection, partial(declare_log, replicas=3))
    yield connection
    await connection.close()


async def test_what_was_sent_before_the_leader_is_asked_is_known_to_it(own: ResilientClient, first_of: Appends) -> None:
    """Though the question overtakes what is on its way to the replicas."""
    log = Log(own)
    for number in range(1, 51):
        first = first_of(f"pt-{number}").events[0]
        own.send(*guarded(Message(first.goal_id.on(LOG), to_headers(first, 1), to_body(first)), 0))

        assert await log.last(first.goal_id) == number

        assert [each.event for each in await log.read_until(first.goal_id, 0, number)] == [first]


async def test_a_lost_acknowledgement_is_found_out(own: ResilientClient, wire: Wire, org: str) -> None:
    """Of one event, of several that belong together, and of many that shared a batch."""
    log = Log(own, ack_seconds=1)
    wire.unanswered = lambda body: True
    goals = [GoalId(org, f"pt-{number}", "walk") for number in range(40)]

    recorded = await asyncio.gather(
        *(
            log.append(Append(tuple(active_goal(goal_id)[1 : 2 + place % 3]), 0, 0))
            for place, goal_id in enumerate(goals)
        )
    )

    for goal_id, events in zip(goals, recorded, strict=True):
        found = await log.read_until(goal_id, 0, await log.last(goal_id))
        assert [each.position for each in found] == [each.position for each in events]


async def test_whoever_is_answered_while_the_leader_changes_can_rely_on_it(
    cluster: Cluster, own: ResilientClient, first_of: Appends
) -> None:
    log = Log(own, ack_seconds=1)
    appends = [first_of(f"pt-{number}") for number in range(300)]
    waiting = iter(appends)

    async def write() -> list[tuple[Append, object]]:
        return [(append, (await asyncio.gather(log.append(append), return_exceptions=True))[0]) for append in waiting]

    writers = asyncio.gather(*(write() for _ in range(10)))
    for _ in range(3):
        await cluster.change_leader(own)
    outcomes = [outcome for some in await writers for outcome in some]

    assert len(outcomes) == len(appends)
    for append, outcome in outcomes:
        goal_id = append.events[0].goal_id
        found = [each.position for each in await log.read_until(goal_id, 0, await log.last(goal_id))]
        if isinstance(outcome, LogUnavailable):
            assert not (outcome.certain and found)
        else:
            assert isinstance(outcome, tuple), outcome
            assert found == [outcome[0].position]


async def test_a_follower_goes_on_when_the_leader_changes_without_a_gap_or_a_repeat(
    cluster: Cluster, own: ResilientClient, first_of: Appends
) -> None:
    log = Log(own, ack_seconds=1)
    enough = asyncio.Event()

    async def write() -> None:
        for number in count():
            if enough.is_set():
                return
            with suppress(LogUnavailable):
                await log.append(first_of(f"pt-{number}"))

    writing = asyncio.create_task(write())
    seen = [0]
    async with asyncio.timeout(60), following(log) as batches:
        for _ in range(3):
            await cluster.change_leader(own)
            await follow_to(await log.head(), batches, seen)
        enough.set()
        await writing
        await follow_to(await log.head(), batches, seen)

    assert seen == list(range(len(seen)))


async def test_a_follower_goes_on_when_the_leader_dies(
    cluster: Cluster, own: ResilientClient, first_of: Appends
) -> None:
    log = Log(own)
    await log.append(first_of("pt-1"))
    async with asyncio.timeout(60), following(log) as batches:
        seen = [0]
        await follow_to(1, batches, seen)
        leader = await cluster.leader(own)
        await leader.kill()
        await cluster.leader(own, other_than=leader.name)

        (recorded,) = await log.append(first_of("pt-2"))
        await follow_to(recorded.position, batches, seen)

    assert seen == [0, 1, 2]
    await leader.start()


async def follow_to(position: int, batches: AsyncIterator[Batch], seen: list[int]) -> None:
    """Take in what a follower hands out, until a position is among what has been seen."""
    while seen[-1] < position:
        seen += [message.position for message in (await anext(batches)).messages]


async def test_what_is_appended_while_no_server_leads_is_stored_once_another_one_does(
    cluster: Cluster, own: ResilientClient, first_of: Appends
) -> None:
    """A cluster takes seconds to elect another leader; nobody who appends meanwhile is turned away.

    On a busy machine it takes longer, so whoever appends is given a patience of a minute. They are connected to the
    others: whoever loses the connection itself is told so at once.
    """
    leader = await cluster.leader(own)
    to_the_others = await connect(",".join(each.url for each in cluster.servers if each is not leader), name="test")
    log = Log(to_the_others, ack_seconds=30)
    await log.append(first_of("pt-0"))
    await leader.kill()

    recorded = await asyncio.gather(*(log.append(first_of(f"pt-{number}")) for number in range(1, 41)))

    assert sorted(each.position for (each,) in recorded) == list(range(2, 42))
    await leader.start()
    await log.close()
    await to_the_others.close()
