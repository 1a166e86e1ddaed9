"""Appends are durable, all or nothing, guarded by what was expected, and share a disk write where they can."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from events.event import Event
from events.goal import types as g
from events.identity import LOG, GoalId, goal_id_of
from events.log import Append, Log, LogBusy, LogUnavailable, MessageTooLarge, WrongVersion, declare_log
from events.log.client.resilient import ResilientClient
from events.log.stream import STREAM
from services.embedded_server import EmbeddedServer
from tests.builders import active_goal, entry, event
from tests.integration.log.conftest import Appends, following
from tests.waiting import eventually


def goal_of(append: Append) -> GoalId:
    return append.events[0].goal_id


async def batch_ids(log: Log, org: str, last: int) -> dict[GoalId, set[str | None]]:
    """For each goal of an organisation, the atomic batches in which its events were stored."""
    found: dict[GoalId, set[str | None]] = {}
    async with following(log, subject=f"{LOG}.{org}.*.*") as batches:
        async for batch in batches:
            for message in batch.messages:
                goal_id = goal_id_of(message.subject)
                found.setdefault(goal_id, set()).add(message.headers.get("Nats-Batch-Id"))
                if message.position == last:
                    return found
    raise AssertionError("the follower ended")


async def test_an_append_gets_the_next_positions_and_versions(log: Log, org: str) -> None:
    goal_id = GoalId(org, "pt-1", "walk")
    events = tuple(active_goal(goal_id)[1:])
    head = await log.head()

    recorded = await log.append(Append(events, 0, 0))

    assert [(each.position - head, each.version) for each in recorded] == [(1, 1), (2, 2), (3, 3)]
    assert await log.head() == head + 3
    assert [each.event for each in await log.read(goal_id)] == list(events)


async def test_an_append_that_expects_another_position_is_refused_and_costs_nothing(
    log: Log, first_of: Appends
) -> None:
    first = first_of("pt-1")
    (stored,) = await log.append(first)

    for expected in (0, stored.position - 1, stored.position + 1):
        with pytest.raises(WrongVersion):
            await log.append(first._replace(version=1, expected=expected))

    assert await log.head() == stored.position
    (second,) = await log.append(first._replace(version=1, expected=stored.position))
    assert second.position == stored.position + 1


async def test_several_events_are_stored_together_or_not_at_all(log: Log, org: str) -> None:
    goal_id = GoalId(org, "pt-1", "walk")
    events = tuple(active_goal(goal_id)[1:])
    await log.append(Append(events, 0, 0))
    head = await log.head()

    with pytest.raises(WrongVersion):
        await log.append(Append(events, 3, 0))

    assert await log.head() == head
    assert len(await log.read(goal_id)) == 3


async def test_a_thousand_events_are_one_append(log: Log, org: str) -> None:
    goal_id = GoalId(org, "pt-1", "walk")
    entries = tuple(event(goal_id, entry(f"e{number}")) for number in range(1000))

    recorded = await log.append(Append(entries, 0, 0))

    assert [each.version for each in recorded] == list(range(1, 1001))
    assert recorded[-1].position - recorded[0].position == 999


async def test_appends_of_different_patients_share_batches(log: Log, org: str, first_of: Appends) -> None:
    recorded = await asyncio.gather(*(log.append(first_of(f"pt-{number}")) for number in range(100)))

    last = max(each.position for (each,) in recorded)
    shared = Counter(batch for (batch,) in (await batch_ids(log, org, last)).values())
    assert shared.total() == 100
    assert max(count for batch, count in shared.items() if batch is not None) > 10
    assert {each.goal_id.patient: each.position for (each,) in recorded} == {
        f"pt-{number}": (await log.read(GoalId(org, f"pt-{number}", "plan")))[0].position for number in range(100)
    }


async def test_of_many_appends_the_first_are_stored_while_the_others_are_made_ready(
    log: Log, org: str, first_of: Appends
) -> None:
    recorded = await asyncio.gather(*(log.append(first_of(f"pt-{number}")) for number in range(300)))

    batches = await batch_ids(log, org, max(each.position for (each,) in recorded))
    assert sorted(Counter(batch for each in batches.values() for batch in each).values()) == [64, 108, 128]


async def test_two_appends_of_one_patient_never_share_a_batch(log: Log, org: str) -> None:
    """Guards do not see their own batch: sharing one, both would be accepted."""
    begun = [Append((active_goal(GoalId(org, "pt-1", f"goal-{number}"))[1],), 0, 0) for number in range(10)]
    others = [Append((active_goal(GoalId(org, f"pt-{number}", "walk"))[1],), 0, 0) for number in range(2, 52)]

    recorded = await asyncio.gather(*map(log.append, [*begun, *others]))

    found = await batch_ids(log, org, max(each.position for (each,) in recorded))
    shared = Counter(batch for (batch,) in found.values() if batch is not None)
    of_patient = [batch for goal_id, (batch,) in found.items() if goal_id.patient == "pt-1"]
    assert max(shared.values()) > 1
    assert len(of_patient) == 10
    assert all(of_patient.count(batch) == 1 for batch in of_patient if batch is not None)


async def test_a_patient_wide_guard_sees_everything_of_the_patient(log: Log, org: str) -> None:
    walk, run = GoalId(org, "pt-1", "walk"), GoalId(org, "pt-1", "run")
    (first,) = await log.append(Append((active_goal(walk)[1],), 0, 0))
    (second,) = await log.append(Append((active_goal(run)[1],), 0, 0))
    activation = event(walk, g.Activated(), role="clinician")

    with pytest.raises(WrongVersion):
        await log.append(Append((activation,), 1, first.position, patient_wide=True))

    (third,) = await log.append(Append((activation,), 1, second.position, patient_wide=True))
    assert third.version == 2


async def test_of_patient_wide_appends_at_once_one_is_stored(log: Log, org: str) -> None:
    goals = [GoalId(org, "pt-1", f"goal-{number}") for number in range(20)]

    async def stored(goal_id: GoalId) -> bool:
        try:
            await log.append(Append((active_goal(goal_id)[1],), 0, 0, patient_wide=True))
        except WrongVersion:
            return False
        return True

    assert (await asyncio.gather(*map(stored, goals))).count(True) == 1
    assert len(await log.read_patient(goals[0])) == 1


async def test_a_refusal_in_a_batch_costs_only_its_owner(log: Log, first_of: Appends) -> None:
    stale = first_of("pt-0")
    await log.append(stale)
    others = [first_of(f"pt-{number}") for number in range(1, 30)]
    appends = [*others[:15], stale, *others[15:]]

    outcomes = await asyncio.gather(*map(log.append, appends), return_exceptions=True)

    assert [append for append, each in zip(appends, outcomes, strict=True) if isinstance(each, WrongVersion)] == [stale]
    for append, each in zip(appends, outcomes, strict=True):
        assert not isinstance(each, BaseException) or append is stale
        assert len(await log.read(goal_of(append))) == 1


async def test_a_giant_in_a_batch_costs_only_its_owner(own: ResilientClient, first_of: Appends) -> None:
    """What the stream refuses for its size is told to whoever sent it."""
    log = Log(own)
    plan = first_of("pt-0").events[0]
    giant = Append((replace(plan, extensions={"ballast": "x" * 1_100_000}),), 0, 0)

    outcomes = await asyncio.gather(
        *map(log.append, [first_of("pt-1"), giant, first_of("pt-2")]), return_exceptions=True
    )

    assert [type(each) for each in outcomes] == [tuple, MessageTooLarge, tuple]


async def test_too_much_at_once_is_busy_at_once_and_the_rest_is_stored(nc: ResilientClient, first_of: Appends) -> None:
    narrow = Log(nc, max_waiting=10)
    appends = [first_of(f"pt-{number}") for number in range(30)]

    outcomes = await asyncio.gather(*map(narrow.append, appends), return_exceptions=True)

    stored = [not isinstance(each, BaseException) for each in outcomes]
    assert stored == [True] * 10 + [False] * 20
    assert {type(each) for each in outcomes[10:]} == {LogBusy}
    assert [bool(await narrow.read(goal_of(append))) for append in appends] == stored
    await narrow.close()


async def test_without_a_server_the_log_is_unavailable_for_certain(
    own_server: EmbeddedServer, own: ResilientClient, first_of: Appends
) -> None:
    log = Log(own)
    await log.append(first_of("pt-1"))
    await own_server.stop()
    await eventually(lambda: not own.is_connected)

    with pytest.raises(LogUnavailable) as caught:
        await log.append(first_of("pt-2"))

    assert caught.value.certain
    await own_server.start()
    await eventually(lambda: own.is_connected)
    assert await log.read(goal_of(first_of("pt-2"))) == []
    await log.append(first_of("pt-2"))


async def test_without_its_stream_the_log_is_unavailable_for_certain(own: ResilientClient, first_of: Appends) -> None:
    await own.jetstream().delete_stream(STREAM)
    log = Log(own)

    outcomes = await asyncio.gather(*(log.append(first_of(f"pt-{n}")) for n in range(3)), return_exceptions=True)

    assert [isinstance(each, LogUnavailable) and each.certain for each in outcomes] == [True] * 3
    await declare_log(own)
    await log.append(first_of("pt-1"))


async def test_without_room_the_log_is_unavailable_for_certain(own: ResilientClient, first_of: Appends) -> None:
    """The operator may bound the log; it then refuses what is new and keeps what is old."""
    log = Log(own)
    (first,) = await log.append(first_of("pt-1"))
    config = (await own.jetstream().stream_info(STREAM)).config
    config.max_bytes = 1
    await own.jetstream().update_stream(config)

    with pytest.raises(LogUnavailable) as caught:
        await log.append(first_of("pt-2"))

    assert caught.value.certain
    assert [each.position for each in await log.read(first.goal_id)] == [first.position]


async def test_what_was_stored_is_republished_to_the_feed_and_nothing_else_is(
    nc: ResilientClient, log: Log, org: str
) -> None:
    feed = await nc.subscribe(f"cairn.feed.{org}.>")
    goal_id = GoalId(org, "pt-1", "walk")
    events: tuple[Event, ...] = tuple(active_goal(goal_id)[1:])

    recorded = await log.append(Append(events, 0, 0))
    with pytest.raises(WrongVersion):
        await log.append(Append(events, 3, 0))
    (last,) = await log.append(Append((event(goal_id, entry("e1")),), 3, recorded[-1].position))

    heard = [await feed.next_msg(timeout=10) for _ in range(4)]
    assert [(message.subject, int((message.headers or {})["Nats-Sequence"])) for message in heard] == [
        (f"cairn.feed.{goal_id}", each.position) for each in (*recorded, last)
    ]
    await feed.unsubscribe()
