"""A follower hands out everything behind a position: the past, then live, in order, without a gap or a repeat."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from nats.js.manager import JetStreamManager

from events.envelope import read_recorded
from events.identity import LOG, GoalId
from events.log import Append, Log, LogUnavailable, connect
from events.log.client.connection import flush
from events.log.client.resilient import ResilientClient
from events.log.stream import STREAM
from services.embedded_server import EmbeddedServer
from tests.builders import active_goal, event, opened
from tests.integration.log.conftest import Appends, filled, following, positions_until
from tests.waiting import eventually


async def test_a_follower_hands_out_the_past_then_an_empty_batch_then_what_comes(
    own: ResilientClient, first_of: Appends
) -> None:
    log = Log(own)
    past = await filled(log, first_of, 20)

    async with asyncio.timeout(30), following(log) as batches:
        assert await positions_until(batches, past[-1]) == past
        caught_up = await anext(batches)
        assert (caught_up.messages, caught_up.head) == ((), past[-1])

        for patient in ("live-1", "live-2"):
            (live,) = await log.append(first_of(patient))
            batch = await anext(batches)
            assert [message.position for message in batch.messages] == [live.position]
            assert batch.head == live.position


async def test_an_empty_log_is_caught_up_with_at_once(own: ResilientClient, first_of: Appends) -> None:
    log = Log(own)

    async with asyncio.timeout(30), following(log) as batches:
        assert (await anext(batches)).messages == ()
        await log.append(first_of("pt-1"))
        assert [message.position for message in (await anext(batches)).messages] == [1]


@pytest.mark.parametrize("after", [0, 1, 7, 19, 20])
async def test_a_follower_begins_behind_any_position(own: ResilientClient, first_of: Appends, after: int) -> None:
    log = Log(own)
    past = await filled(log, first_of, 20)

    async with asyncio.timeout(30), following(log, after) as batches:
        (live,) = await log.append(first_of("live"))

        assert await positions_until(batches, live.position) == [*past[after:], live.position]


async def test_what_is_handed_out_reads_as_it_was_recorded(log: Log, org: str) -> None:
    goal_id = GoalId(org, "pt-1", "walk")
    recorded = await log.append(Append(tuple(active_goal(goal_id)[1:]), 0, 0))

    async with asyncio.timeout(30), following(log, subject=f"{LOG}.{org}.*.*") as batches:
        batch = await anext(batches)

    assert [read_recorded(message).event for message in batch.messages] == [each.event for each in recorded]
    assert [message.recorded_at for message in batch.messages] == [each.recorded_at for each in await log.read(goal_id)]


async def test_batches_are_as_large_as_wanted_and_know_how_far_the_log_goes(
    own: ResilientClient, first_of: Appends
) -> None:
    log = Log(own)
    past = await filled(log, first_of, 50)

    async with asyncio.timeout(30), following(log, batch=20) as batches:
        positions: list[int] = []
        while len(positions) < 50:
            batch = await anext(batches)
            assert batch.head == past[-1]
            assert len(batch.messages) <= 20
            positions += [message.position for message in batch.messages]

    assert positions == past


async def test_more_than_the_server_hands_out_at_once_comes_in_order(own: ResilientClient, first_of: Appends) -> None:
    log = Log(own)
    past = await filled(log, first_of, 5000)

    async with asyncio.timeout(60), following(log) as batches:
        assert await positions_until(batches, past[-1]) == past


async def test_a_slow_reader_is_sent_no_more_than_it_can_hold(own: ResilientClient, first_of: Appends) -> None:
    log = Log(own)
    past = await filled(log, first_of, 5000)
    before = own.stats["in_msgs"]

    async with asyncio.timeout(60), following(log, batch=10) as batches:
        positions = [message.position for message in (await anext(batches)).messages]
        await flush(own)
        assert own.stats["in_msgs"] - before < 2100

        assert positions + await positions_until(batches, past[-1]) == past


async def test_a_slow_reader_is_sent_no_more_bytes_than_it_can_hold(own: ResilientClient, org: str) -> None:
    log = Log(own)
    long = event(GoalId(org, "pt-1", "plan"), opened(), role="clinician")
    long = replace(long, extensions={f"note{number}": "x" * 1000 for number in range(16)})
    appends = (replace(long, goal_id=GoalId(org, f"pt-{number}", "plan")) for number in range(1500))
    await asyncio.gather(*(log.append(Append((each,), 0, 0)) for each in appends))
    before = own.stats["in_msgs"]

    async with asyncio.timeout(60), following(log, batch=10) as batches:
        positions = [message.position for message in (await anext(batches)).messages]
        await flush(own)
        assert own.stats["in_msgs"] - before < 600

        assert positions + await positions_until(batches, 1500) == list(range(1, 1501))


async def test_a_slow_reader_is_told_how_far_the_log_has_gone_meanwhile(
    own: ResilientClient, first_of: Appends
) -> None:
    log = Log(own)
    await filled(log, first_of, 20)

    async with asyncio.timeout(30), following(log, batch=10) as batches:
        assert (await anext(batches)).head == 20
        await asyncio.gather(*(log.append(first_of(f"live-{number}")) for number in range(30)))
        await flush(own)

        batch = await anext(batches)
        while batch.head < 50:  # the server hands out what is new when it gets to it
            batch = await anext(batches)

        assert batch.messages[-1].position < 50


async def test_a_reader_that_is_slower_than_the_server_is_patient_misses_nothing(
    own: ResilientClient, first_of: Appends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("events.log.following._CONSUMER_SECONDS", 0.2)
    log = Log(own)
    past = await filled(log, first_of, 5000)

    async def forgotten() -> bool:
        return not await own.jetstream().consumers_info(STREAM)

    async with asyncio.timeout(30), following(log, batch=1000) as batches:
        positions = [message.position for message in (await anext(batches)).messages]
        await eventually(forgotten)

        assert positions + await positions_until(batches, past[-1]) == past


async def test_a_cancellation_that_the_client_swallows_ends_it_all_the_same(
    own: ResilientClient, first_of: Appends, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = Log(own)
    await filled(log, first_of, 1)
    asked, opened = asyncio.Event(), JetStreamManager.add_consumer

    async def swallowing(*given: Any, **by_name: Any) -> Any:  # Any: whatever nats-py passes
        asked.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return await opened(*given, **by_name)

    monkeypatch.setattr(JetStreamManager, "add_consumer", swallowing)
    batches = log.follow()
    reading = asyncio.ensure_future(anext(batches))
    await asked.wait()
    reading.cancel()

    async with asyncio.timeout(10):
        with pytest.raises(asyncio.CancelledError):
            await reading


async def test_a_part_of_the_log_can_be_followed_alone(log: Log, org: str, first_of: Appends) -> None:
    here = GoalId(org, "pt-1", "plan")
    elsewhere = GoalId(f"{org}-x", "pt-1", "plan")

    async with asyncio.timeout(30), following(log, subject=here.patient_on(LOG)) as batches:
        await log.append(Append((event(elsewhere, opened()),), 0, 0))
        (stored,) = await log.append(Append((event(here, opened()),), 0, 0))
        await log.append(Append((event(elsewhere._replace(patient="pt-2"), opened()),), 0, 0))

        assert await positions_until(batches, stored.position) == [stored.position]


async def test_followers_do_not_take_from_each_other(own: ResilientClient, first_of: Appends) -> None:
    log = Log(own)
    past = await filled(log, first_of, 30)

    async with asyncio.timeout(30), following(log) as one, following(log, 10) as other:
        assert await positions_until(one, past[-1]) == past
        assert await positions_until(other, past[-1]) == past[10:]


async def test_a_follower_that_is_let_go_leaves_no_consumer_behind(own: ResilientClient, first_of: Appends) -> None:
    log = Log(own)
    past = await filled(log, first_of, 3)
    async with asyncio.timeout(30), following(log) as batches:
        await positions_until(batches, past[-1])
        assert len(await own.jetstream().consumers_info(STREAM)) == 1

    async def gone() -> bool:
        return not await own.jetstream().consumers_info(STREAM)

    await eventually(gone)


async def test_a_follower_outlives_its_consumer(own: ResilientClient, first_of: Appends) -> None:
    log = Log(own)
    past = await filled(log, first_of, 3)

    async with asyncio.timeout(30), following(log) as batches:
        await positions_until(batches, past[-1])
        (consumer,) = await own.jetstream().consumers_info(STREAM)
        await own.jetstream().delete_consumer(STREAM, consumer.name)
        (live,) = await log.append(first_of("live"))

        assert await positions_until(batches, live.position) == [live.position]


@pytest.mark.parametrize("ending", ["stop", "kill"])
async def test_a_follower_outlives_the_server_without_a_gap_or_a_repeat(
    own_server: EmbeddedServer, own: ResilientClient, first_of: Appends, ending: str
) -> None:
    """While another connection goes on writing, as well as it can."""
    writing = await connect(own_server.url, name="writer")
    log, writer = Log(own), Log(writing, ack_seconds=1)
    await writer.append(first_of("pt-0"))
    enough = asyncio.Event()

    async def write() -> None:
        number = 0
        while not enough.is_set():
            number += 1
            try:
                await writer.append(first_of(f"live-{number}"))
            except LogUnavailable:
                await eventually(lambda: writing.is_connected, within=30)

    async with asyncio.timeout(60), following(log) as batches:
        task = asyncio.create_task(write())
        seen = await positions_until(batches, 1)
        for _ in range(2):
            await (own_server.stop() if ending == "stop" else own_server.kill())
            await eventually(lambda: not own.is_connected)
            await own_server.start()
            await eventually(lambda: own.is_connected and writing.is_connected, within=30)
            before = await log.head()
            while seen[-1] <= before:
                seen += [message.position for message in (await anext(batches)).messages]
        enough.set()
        await task
        last = await log.head()
        while seen[-1] < last:
            seen += [message.position for message in (await anext(batches)).messages]

    assert seen == list(range(1, last + 1))
    await writing.close()
