"""Whatever the server stores is read byte for byte, by each way of reading, and has one leaf."""

import asyncio
import base64
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest
from nats.js.api import RePublish
from pydantic_core import from_json, to_json

from events.envelope import StoredMessage
from events.leaf import fingerprint
from events.log import Log, RawBatch, RawMessage
from events.log.client.resilient import ResilientClient
from events.log.following import Follower, RawFollower
from events.log.raw_message import read_raw
from events.log.raw_reading import read_at
from events.log.timestamps import nanoseconds
from tests.blocks import BLOCKS
from tests.integration.log.conftest import Appends, filled

SUBJECT = "kept.message"


@pytest.fixture
async def kept(own: ResilientClient) -> ResilientClient:
    """A connection to a server with an empty stream that republishes what it stores."""
    await own.jetstream().add_stream(
        name="KEPT", subjects=["kept.>"], allow_direct=True, republish=RePublish("kept.>", "fed.>")
    )
    return own


async def publish(nc: ResilientClient, block: bytes, body: bytes) -> int:
    """Publish a message with just this block of headers; return its position."""
    answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    inbox = nc.new_inbox()

    async def take(message: object) -> None:
        answer.set_result(message.data)  # type: ignore[attr-defined]

    subscription = await nc.subscribe(inbox, cb=take)
    sizes = b"%d %d" % (len(block), len(block) + len(body)) if block else b"%d" % len(body)
    command = b"HPUB" if block else b"PUB"
    await nc._send_command(b"%b %b %b %b\r\n%b%b\r\n" % (command, SUBJECT.encode(), inbox.encode(), sizes, block, body))
    await nc._flush_pending()
    async with asyncio.timeout(60):
        said = from_json(await answer)
    await subscription.unsubscribe()
    return int(said["seq"])


async def stored_at(nc: ResilientClient, position: int) -> RawMessage:
    """What `STREAM.MSG.GET`, which hands out the stored block itself, says."""
    answer = await nc.request("$JS.API.STREAM.MSG.GET.KEPT", to_json({"seq": position}), timeout=10)
    said = from_json(answer.data)["message"]
    headers, body = (base64.b64decode(said.get(name, "")) for name in ("hdrs", "data"))
    return RawMessage(said["subject"], said["seq"], nanoseconds(said["time"]), headers, body)


async def taken(batches: AsyncIterator[RawBatch], last: int) -> list[RawMessage]:
    messages: list[RawMessage] = []
    while not messages or messages[-1].position < last:
        messages += (await anext(batches)).messages
    return messages


@asynccontextmanager
async def followed(nc: ResilientClient) -> AsyncIterator[AsyncGenerator[RawBatch, None]]:
    async with asyncio.timeout(60), aclosing(RawFollower(nc, "KEPT", 0).batches()) as batches:
        yield batches


async def test_each_way_of_reading_gives_what_is_stored(kept: ResilientClient) -> None:
    """Live out of the feed, from the past by pages, alone by its position; and the leaf of what was read by name."""
    async with followed(kept) as batches:
        assert (await anext(batches)).messages == ()
        published = {await publish(kept, block, b"{}"): block for block in BLOCKS.values()}
        live = await taken(batches, max(published))
    async with followed(kept) as batches:
        past = await taken(batches, max(published))
    alone = [await read_at(kept, "KEPT", position) for position in published]
    async with asyncio.timeout(60), aclosing(Follower(kept, "KEPT", 0).batches()) as by_name:
        named: list[StoredMessage] = []
        while len(named) < len(published):
            named += (await anext(by_name)).messages

    stored = [await stored_at(kept, position) for position in published]
    assert [each.headers for each in stored] == list(published.values())
    assert (
        live
        == past
        == alone
        == [each if each.headers != BLOCKS["no lines"] else each._replace(headers=b"") for each in stored]
    )
    assert [fingerprint(each) for each in named] == [fingerprint(each) for each in stored]


async def test_what_the_server_rewrites_is_read_as_it_is_stored(kept: ResilientClient) -> None:
    """Else what was published is what is stored."""
    parent = b"traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n"
    rewritten = {
        b"NATS/1.0 100 words\r\nce-id: 1\r\n\r\n": b"NATS/1.0\r\nce-id: 1\r\n\r\n",
        b"NATS/1.0\r\n" + parent + b"Nats-Trace-Dest: to\r\n\r\n": b"NATS/1.0\r\n"
        + parent
        + b"Nats-Trace-Dest: trace disabled\r\n\r\n",
    }
    positions = [await publish(kept, block, b"{}") for block in rewritten]

    found = [await read_at(kept, "KEPT", position) for position in positions]

    assert [each.headers for each in found if each] == list(rewritten.values())
    assert found == [await stored_at(kept, position) for position in positions]


async def test_a_large_body_and_an_empty_one_come_whole(kept: ResilientClient) -> None:
    bodies = [b"", b"\x00\xff" * 128 * 1024, b"\r\nNats-Stream: KEPT\r\n\r\n"]
    for body in bodies:
        await publish(kept, BLOCKS["usual"], body)

    async with followed(kept) as batches:
        assert [each.body for each in await taken(batches, 3)] == bodies


async def test_positions_that_hold_nothing_any_more_are_passed_over(kept: ResilientClient) -> None:
    for number in range(5):
        await publish(kept, b"", b"%d" % number)
    for position in (1, 3, 5):
        await kept.jetstream().delete_msg("KEPT", position)

    async with followed(kept) as batches:
        assert [each.position for each in await taken(batches, 4)] == [2, 4]
        caught_up = await anext(batches)
    assert (caught_up.messages, caught_up.head) == ((), 5)
    assert [await read_at(kept, "KEPT", position) for position in (1, 3, 5, 6)] == [None] * 4


async def test_a_part_of_the_log_comes_by_pages(own: ResilientClient, first_of: Appends) -> None:
    log = Log(own)
    past = await filled(log, first_of, 2500)
    all_of = [message async for page in log.read_raw("cairn.log.>") for message in page]
    some = all_of[7].subject

    assert [each.position for each in all_of] == past
    assert [page async for page in log.read_raw(some)] == [[all_of[7]]]
    assert [page async for page in log.read_raw(some, last=8)] == [[all_of[7]]]
    assert [page async for page in log.read_raw("cairn.log.>", 3, 5)] == [all_of[3:5]]
    assert [page async for page in log.read_raw("cairn.log.>", 5, 5)] == []
    assert await log.raw_at(8) == all_of[7]


@pytest.mark.parametrize(("instant", "nanosecond"), [("16.84426807Z", 844_268_070), ("16Z", 0), ("16.000000001Z", 1)])
def test_a_time_is_read_to_the_nanosecond_although_zeros_at_its_end_are_left_out(instant: str, nanosecond: int) -> None:
    added = (
        "NATS/1.0\r\nNats-Stream: KEPT\r\nNats-Subject: kept.a\r\nNats-Sequence: 4\r\n"
        f"Nats-Time-Stamp: 2026-11-29T02:08:{instant}\r\n\r\n"
    )

    assert read_raw(added.encode(), b"").message.recorded_ns == 1_795_918_096 * 10**9 + nanosecond
