"""What one process has read is handed over to several, and none of them depends on another."""

import asyncio
import os
from asyncio.streams import FlowControlMixin
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import BinaryIO

import pytest

from bench.filling import fill
from bench.life import LIFE_EVENTS, goal_ids, life
from events.envelope import StoredMessage
from events.log import Batch, Log, handing_over
from events.log.client.resilient import ResilientClient
from events.log.follower_process import pack
from events.log.handing_over import HandedOver, hand_over
from tests.builders import NOON
from tests.stored import in_nanoseconds

STREAM = "CAIRN_LOG"
BATCHES = 40


def message(position: int) -> StoredMessage:
    at = in_nanoseconds(NOON)
    return StoredMessage(f"cairn.log.org.p{position}.walk", position, at, {"ce-id": f"e{position}"}, b"x" * 500)


def batch(number: int) -> Batch:
    return Batch((message(2 * number + 1), message(2 * number + 2)), 2 * BATCHES)


async def read(last: int = BATCHES) -> AsyncGenerator[bytes, None]:
    for number in range(last):
        yield pack(batch(number))


async def pipe() -> tuple[asyncio.StreamWriter, BinaryIO]:
    loop = asyncio.get_running_loop()
    read_end, write_end = os.pipe()
    transport, protocol = await loop.connect_write_pipe(FlowControlMixin, os.fdopen(write_end, "wb"))
    return asyncio.StreamWriter(transport, protocol, None, loop), os.fdopen(read_end, "rb")


async def taken(source: BinaryIO, stream: str = STREAM, after: int = 0) -> list[int]:
    async with aclosing(HandedOver(source).batches(stream, after)) as batches:
        return [each.position async for batch in batches for each in batch.messages]


async def test_each_gets_what_is_behind_its_position() -> None:
    (one, its_end), (other, other_end) = await pipe(), await pipe()
    handing = asyncio.create_task(hand_over(read(), STREAM, 0, [one, other]))
    its, others = await asyncio.gather(taken(its_end), taken(other_end, after=5))
    assert its == list(range(1, 2 * BATCHES + 1))
    assert others == its[5:]
    await handing


@pytest.mark.parametrize(("stream", "after"), [("OTHER", 7), (STREAM, 6)])
async def test_what_begins_later_or_is_of_another_stream_is_left_alone(stream: str, after: int) -> None:
    writer, end = await pipe()
    handing = asyncio.create_task(hand_over(read(), STREAM, 7, [writer]))
    assert await taken(end, stream, after) == []
    await handing


async def test_one_that_takes_nothing_is_given_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handing_over, "_AHEAD_BYTES", 1000)
    monkeypatch.setattr(handing_over, "_STEP_BYTES", 500)
    monkeypatch.setattr(handing_over, "_PATIENCE_SECONDS", 2.0)  # one that takes may have to wait for a processor
    (quick, its_end), (stuck, other_end) = await pipe(), await pipe()
    handing = asyncio.create_task(hand_over(read(400), STREAM, 0, [stuck, quick]))
    assert await taken(its_end) == list(range(1, 801))
    await handing
    other_end.close()


async def test_one_that_has_ended_is_nothing_to_the_others() -> None:
    (one, its_end), (ended, other_end) = await pipe(), await pipe()
    other_end.close()
    handing = asyncio.create_task(hand_over(read(), STREAM, 0, [ended, one]))
    assert await taken(its_end) == list(range(1, 2 * BATCHES + 1))
    await handing


async def test_when_reading_ends_in_the_middle_following_goes_on_by_itself(own: ResilientClient) -> None:
    log = Log(own)
    events = await fill(own, goal_ids("org", 5), life)
    assert events == 5 * LIFE_EVENTS
    followed = await first(log.follow(), events)
    writer, end = await pipe()

    async def part() -> AsyncIterator[bytes]:
        yield pack(Batch(tuple(followed[:40]), events))

    handing = asyncio.create_task(hand_over(part(), STREAM, 0, [writer]))
    assert await first(log.follow_with_process(0, HandedOver(end)), events) == followed
    await handing
    await log.close()


async def first(batches: AsyncIterator[Batch], count: int) -> list[StoredMessage]:
    found: list[StoredMessage] = []
    async for each in batches:
        found += each.messages
        if len(found) >= count:
            break
    return found
