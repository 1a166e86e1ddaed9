"""A follower hands out everything behind a position: the past, then live, in order, without a gap or a repeat."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from nats.js.api import RePublish

from events.envelope import StoredMessage, read_recorded
from events.identity import FEED, LOG, GoalId
from events.leaf import fingerprint
from events.log import Anchor, Append, Log, LogUnavailable, connect, live_feed
from events.log import following as following_of_the_log
from events.log.anchor import check_anchor
from events.log.client.connection import flush
from events.log.client.resilient import ResilientClient
from events.log.following import Follower
from events.log.stored_message import MessageReader
from events.log.stream import STREAM
from events.log.stream_state import StreamState
from services.embedded_server import EmbeddedServer
from tests.builders import active_goal, event, opened
from tests.integration.log.conftest import Appends, filled, following, positions_until
from tests.waiting import eventually


async def test_a_follower_hands_out_the_past_then_an_empty_batch_then_what_comes(
    own: ResilientClient, first_of: Appends
) -> None:
    log = Log(own)
    past = await filled(log, first_of, 20)

    async with asyncio.timeout(60), following(log) as batches:
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

    async with asyncio.timeout(60), following(log) as batches:
        assert (await anext(batches)).messages == ()
        await log.append(first_of("pt-1"))
        assert [message.position for message in (await anext(batches)).messages] == [1]


@pytest.mark.parametrize("after", [0, 1, 7, 19, 20])
async def test_a_follower_begins_behind_any_position(own: ResilientClient, first_of: Appends, after: int) -> None:
    log = Log(own)
    past = await filled(log, first_of, 20)

    async with asyncio.timeout(60), following(log, after) as batches:
        (live,) = await log.append(first_of("live"))

        assert await positions_until(batches, live.position) == [*past[after:], live.position]


async def test_what_is_handed_out_reads_as_it_was_recorded(log: Log, org: str) -> None:
    goal_id = GoalId(org, "pt-1", "walk")
    recorded = await log.append(Append(tuple(active_goal(goal_id)[1:]), 0, 0))

    async with asyncio.timeout(60), following(log, subject=f"{LOG}.{org}.*.*") as batches:
        batch = await anext(batches)

    assert [read_recorded(message).event for message in batch.messages] == [each.event for each in recorded]
    assert [message.recorded_at for message in batch.messages] == [each.recorded_at for each in await log.read(goal_id)]


async def test_batches_are_as_large_as_wanted_and_know_how_far_the_log_goes(
    own: ResilientClient, first_of: Appends
) -> None:
    log = Log(own)
    past = await filled(log, first_of, 50)

    async with asyncio.timeout(60), following(log, batch=20) as batches:
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
    for start in range(0, 1500, 100):  # all at once are 24 MB, and a busy machine may lose the connection over them
        appends = (replace(long, goal_id=GoalId(org, f"pt-{start + number}", "plan")) for number in range(100))
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

    async with asyncio.timeout(60), following(log, batch=10) as batches:
        assert (await anext(batches)).head == 20
        await asyncio.gather(*(log.append(first_of(f"live-{number}")) for number in range(30)))
        await flush(own)

        batch = await anext(batches)
        while batch.head < 50:  # the server hands out what is new when it gets to it
            batch = await anext(batches)

        assert batch.messages[-1].position < 50


async def test_a_reader_that_is_slower_than_what_is_written_misses_nothing(
    own: ResilientClient, first_of: Appends, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for it is dropped when it is too much, and is read again; the connection stays."""
    monkeypatch.setattr(live_feed, "_MOST_MESSAGES", 20)
    log = Log(own)
    await filled(log, first_of, 5)

    async with asyncio.timeout(60), following(log, batch=10) as batches:
        positions = await positions_until(batches, 5)
        assert (await anext(batches)).messages == ()
        for part in range(10):
            await asyncio.gather(*(log.append(first_of(f"live-{part}-{number}")) for number in range(30)))
            positions += [message.position for message in (await anext(batches)).messages]
        await flush(own)

        assert positions + await positions_until(batches, 305) == list(range(1, 306))
    assert own.stats["reconnects"] == 0


async def test_a_cancellation_that_the_client_swallows_ends_it_all_the_same(
    own: ResilientClient, first_of: Appends, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = Log(own)
    await filled(log, first_of, 1)
    asked = asyncio.Event()

    async def swallowing(nc: ResilientClient, stream: str, anchor: Anchor) -> StreamState:
        asked.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return await check_anchor(nc, stream, anchor)

    monkeypatch.setattr("events.log.following.check_anchor", swallowing)
    batches = log.follow()
    reading = asyncio.ensure_future(anext(batches))
    await asked.wait()
    reading.cancel()

    async with asyncio.timeout(60):
        with pytest.raises(asyncio.CancelledError):
            await reading


async def test_a_part_of_the_log_can_be_followed_alone(log: Log, org: str, first_of: Appends) -> None:
    here = GoalId(org, "pt-1", "plan")
    elsewhere = GoalId(f"{org}-x", "pt-1", "plan")

    async with asyncio.timeout(60), following(log, subject=here.patient_on(LOG)) as batches:
        await log.append(Append((event(elsewhere, opened()),), 0, 0))
        (stored,) = await log.append(Append((event(here, opened()),), 0, 0))
        await log.append(Append((event(elsewhere._replace(patient="pt-2"), opened()),), 0, 0))

        assert await positions_until(batches, stored.position) == [stored.position]


async def test_followers_do_not_take_from_each_other(own: ResilientClient, first_of: Appends) -> None:
    log = Log(own)
    past = await filled(log, first_of, 30)

    async with asyncio.timeout(60), following(log) as one, following(log, 10) as other:
        assert await positions_until(one, past[-1]) == past
        assert await positions_until(other, past[-1]) == past[10:]


async def test_a_follower_makes_no_consumer_and_listens_no_more_when_it_is_let_go(
    own: ResilientClient, first_of: Appends
) -> None:
    log = Log(own)
    past = await filled(log, first_of, 3)
    before = set(own._subs)
    async with asyncio.timeout(60), following(log) as batches:
        await positions_until(batches, past[-1])
        assert (await anext(batches)).messages == ()
        assert not await own.jetstream().consumers_info(STREAM)
        assert set(own._subs) > before

    assert set(own._subs) == before


async def test_a_follower_in_no_hurry_does_not_listen_and_gets_everything(
    own: ResilientClient, first_of: Appends
) -> None:
    log = Log(own)
    past = await filled(log, first_of, 3)
    async with asyncio.timeout(60), following(log, every=0.02) as batches:
        assert await positions_until(batches, past[-1]) == past
        assert (await anext(batches)).messages == ()
        later = [(await log.append(first_of(f"live-{number}")))[0].position for number in range(5)]

        assert await positions_until(batches, later[-1]) == later
        assert not any(each.subject.startswith(FEED) for each in own._subs.values())


class LossyFeed(live_feed.LiveFeed[StoredMessage]):
    """Loses what a test tells it to, and says nothing of it."""

    lost: Callable[[int], bool] = lambda position: False

    def _take(self, subject: bytes, headers: bytes, data: bytes) -> None:
        if not type(self).lost(MessageReader().read(headers, data).message.position):
            super()._take(subject, headers, data)


@pytest.fixture
def lossy(monkeypatch: pytest.MonkeyPatch) -> type[LossyFeed]:
    monkeypatch.setattr("events.log.following.LiveFeed", LossyFeed)
    monkeypatch.setattr(LossyFeed, "lost", lambda position: False)
    return LossyFeed


@pytest.mark.parametrize("filtered", [False, True])
@pytest.mark.parametrize(
    "lost",
    [
        pytest.param(lambda position: position % 3 == 0, id="some"),
        pytest.param(lambda position: position in (8, 20), id="two behind others"),
        pytest.param(lambda position: position > 25, id="all from one on"),
        pytest.param(lambda position: True, id="all"),
    ],
)
async def test_a_live_message_that_is_lost_is_read_from_the_log(
    own: ResilientClient, first_of: Appends, lossy: type[LossyFeed], lost: Callable[[int], bool], filtered: bool
) -> None:
    log = Log(own)
    past = await filled(log, first_of, 5)
    lossy.lost = staticmethod(lost)

    subject = f"{LOG}.>" if filtered else None
    async with asyncio.timeout(60), following(log, subject=subject) as batches:
        assert await positions_until(batches, past[-1]) == past
        assert (await anext(batches)).messages == ()  # it listens from here on
        for number in range(40):
            await log.append(first_of(f"live-{number}"))

        assert await positions_until(batches, 45) == list(range(6, 46))


async def test_a_message_that_comes_live_is_the_one_that_is_stored(
    own: ResilientClient, org: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its headers, its body, and the time to the nanosecond; alone, or together with others."""
    monkeypatch.setattr(following_of_the_log, "_LOOK_SECONDS", 60.0)  # nothing but the feed tells of what is new
    log = Log(own)
    goals = [GoalId(org, f"pt-{number}", "walk") for number in range(30)]
    async with asyncio.timeout(60), following(log) as batches:
        assert (await anext(batches)).messages == ()
        await log.append(Append(tuple(active_goal(goals[0])[1:2]), 0, 0))
        await asyncio.gather(*(log.append(Append(tuple(active_goal(each)[1:]), 0, 0)) for each in goals[1:]))
        head = await log.head()
        live: list[StoredMessage] = []
        while not live or live[-1].position < head:
            live += (await anext(batches)).messages
    stored: list[StoredMessage] = []
    async with asyncio.timeout(60), following(log) as batches:
        while len(stored) < head:
            stored += (await anext(batches)).messages

    assert live == stored
    assert [fingerprint(each) for each in live] == [fingerprint(each) for each in stored]


@pytest.mark.parametrize("subject", [None, "kept.>"])
async def test_positions_that_hold_nothing_any_more_are_passed_over(own: ResilientClient, subject: str | None) -> None:
    js = own.jetstream()
    await js.add_stream(name="KEPT", subjects=["kept.*"], allow_direct=True, republish=RePublish("kept.>", "fed.>"))
    for number in range(1, 11):
        await js.publish(f"kept.{number}", b"{}")
    for number in (1, 4, 5, 10):
        await js.delete_msg("KEPT", number)

    batches = Follower(own, "KEPT", 0, subject).batches()
    async with asyncio.timeout(60):
        assert await positions_until(batches, 9) == [2, 3, 6, 7, 8, 9]
        caught_up = await anext(batches)
        assert (caught_up.messages, caught_up.head) == ((), 10)
        await js.publish("kept.11", b"{}")
        assert await positions_until(batches, 11) == [11]
    await batches.aclose()


async def test_a_stream_that_republishes_nothing_is_followed_too(own: ResilientClient) -> None:
    js = own.jetstream()
    await js.add_stream(name="QUIET", subjects=["quiet.*"], allow_direct=True)
    await js.publish("quiet.1", b"{}")
    batches = Follower(own, "QUIET", 0).batches()
    async with asyncio.timeout(60):
        assert await positions_until(batches, 1) == [1]
        assert (await anext(batches)).messages == ()
        await js.publish("quiet.2", b"{}")
        assert await positions_until(batches, 2) == [2]
    await batches.aclose()


async def test_the_head_of_a_part_moves_on_with_the_rest_of_the_log(
    log: Log, org: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = GoalId(org, "pt-1", "plan")
    elsewhere = GoalId(f"{org}-x", "pt-1", "plan")
    follower = Follower(log._nc, STREAM, await log.head(), here.patient_on(LOG))
    batches = follower.batches()
    async with asyncio.timeout(60):
        assert (await anext(batches)).messages == ()
        waiting = asyncio.ensure_future(anext(batches))
        (outside,) = await log.append(Append((event(elsewhere, opened()),), 0, 0))
        await eventually(lambda: follower.head >= outside.position)
        (inside,) = await log.append(Append((event(here, opened()),), 0, 0))
        batch = await waiting
        assert [message.position for message in batch.messages] == [inside.position]
        assert batch.head >= inside.position
    await batches.aclose()


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
