"""The live feed as it goes over the wire: frames, heartbeats, and how it ends."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from starlette.types import Message

from events.envelope import StoredMessage, to_body, to_headers
from events.event import Event
from events.goal.types import ProgressLogged
from events.identity import LOG, GoalId
from events.log import Batch, Log
from events.log.anchor import BEGINNING, Anchor, LogReplaced
from events.log.placement import Placed, Placement
from events.vocabulary import Actor
from services.gateway.app import create_app
from services.gateway.feed import HEARTBEAT, frame, stream_batches
from services.gateway.feed_ids import encode
from services.gateway.feed_room import FeedRoom
from services.gateway.gateway import Gateway
from services.gateway.problems import RequestRefused
from tests.stored import in_nanoseconds
from tests.tokens import ANYONE, WrittenOut, asking

HEADERS = [(b"host", b"localhost"), *((name.encode(), value.encode()) for name, value in ANYONE.items())]
GOAL = GoalId("northside", "p1", "g1")
EVENT = Event(
    goal_id=GOAL,
    source="urn:test",
    id="1",
    time=datetime(2026, 3, 1, 12, tzinfo=UTC),
    actor=Actor(id="p1", role="patient"),
    data=ProgressLogged(entry="e1", on=datetime(2026, 3, 1, tzinfo=UTC).date(), note="one\ntwo"),
)


def stored(position: int) -> StoredMessage:
    return StoredMessage(
        subject=GOAL.on(LOG),
        position=position,
        recorded_ns=in_nanoseconds(datetime(2026, 3, 1, 13, tzinfo=UTC)),
        headers=to_headers(EVENT, version=3),
        data=to_body(EVENT),
    )


async def allowed() -> None:
    """The reader may read on."""


async def at_once(batch: Batch) -> None:
    """Let a batch be told without a record of it."""


class Source:
    """A log that gives what it is told to, then waits."""

    def __init__(self, *batches: Batch) -> None:
        self.closed = False
        self._batches = batches

    async def follow(self) -> AsyncIterator[Batch]:
        try:
            for batch in self._batches:
                yield batch
            await asyncio.Event().wait()
        finally:
            self.closed = True


def test_a_frame_has_the_position_the_type_and_the_event() -> None:
    lines = frame(stored(812)).decode().split("\n")

    fields = dict(line.split(": ", 1) for line in lines if line)
    assert fields["id"] == encode(stored(812))
    assert fields["event"] == "cairn.goal.progress_logged.v1"
    assert json.loads(fields["data"])["position"] == 812
    assert json.loads(fields["data"])["data"]["note"] == "one\ntwo"
    assert lines[-2:] == ["", ""]


def test_an_event_that_cannot_be_read_leaves_a_mark_and_no_gap() -> None:
    unreadable = stored(812)._replace(data=b'{"secret": "words"}')

    text = frame(unreadable).decode()

    assert f"id: {encode(unreadable)}\n" in text
    assert "event: cairn.log.unreadable" in text
    assert "words" not in text


async def test_what_is_no_event_ends_in_no_blank_line() -> None:
    """A blank line gives out an event, and some clients give out one without data."""
    source = Source(Batch((stored(1),), 1), Batch((), 1))

    async with aclosing(
        stream_batches(source.follow(), asyncio.Event(), at_once, allowed, heartbeat_seconds=0.01)
    ) as frames:
        sent = [await anext(frames) for _ in range(4)]

    assert sent == [b": Cairn's live feed\nretry: 2000\n", frame(stored(1)), HEARTBEAT, HEARTBEAT]
    assert HEARTBEAT == b": heartbeat\n"


async def test_before_the_end_of_the_log_is_reached_it_says_so_in_place_of_a_heartbeat() -> None:
    """What was seen: a witness took a heartbeat before the first event for the end, and never asked for the past."""
    for source in (Source(), Source(Batch((stored(1),), 2))):
        frames = stream_batches(source.follow(), asyncio.Event(), at_once, allowed, heartbeat_seconds=0.01)
        async with aclosing(frames):
            sent = [await anext(frames) for _ in range(4)]
        assert HEARTBEAT not in sent
        assert sent[-1] == b": not there yet\n"


async def test_batches_come_in_order_and_heartbeats_when_nothing_does() -> None:
    source = Source(Batch((stored(1), stored(2)), 3), Batch((), 3), Batch((stored(3),), 3))
    seen = []

    async with aclosing(
        stream_batches(source.follow(), asyncio.Event(), at_once, allowed, heartbeat_seconds=0.01)
    ) as frames:
        async for chunk in frames:
            seen += [line for line in chunk.decode().splitlines() if line.startswith(("id", ":"))]
            if chunk == HEARTBEAT:
                break

    assert seen == [
        ": Cairn's live feed",
        *(f"id: {encode(stored(position))}" for position in (1, 2, 3)),
        ": heartbeat",
    ]
    assert source.closed


async def test_it_ends_by_saying_so_when_the_log_is_another_one() -> None:
    async def follow() -> AsyncIterator[Batch]:
        yield Batch((stored(7),), 7)
        raise LogReplaced("CAIRN_LOG", 7, 3)

    *_, last = [chunk async for chunk in stream_batches(follow(), asyncio.Event(), at_once, allowed)]

    fields = dict(line.split(": ", 1) for line in last.decode().splitlines() if line)
    assert fields["event"] == "cairn.log.replaced"
    assert json.loads(fields["data"])["code"] == "log.replaced"
    assert "id" not in fields


async def test_it_ends_when_the_gateway_closes() -> None:
    source, closing = Source(), asyncio.Event()
    frames = stream_batches(source.follow(), closing, at_once, allowed)
    await anext(frames)

    closing.set()

    assert [chunk async for chunk in frames] == []
    assert source.closed


async def test_it_ends_by_saying_so_when_the_reader_may_not_read_on() -> None:
    async def judge_again() -> None:
        raise RequestRefused("access.token_revoked", "The token was revoked.")

    source = Source(Batch((stored(1),), 1))
    *_, last = [chunk async for chunk in stream_batches(source.follow(), asyncio.Event(), at_once, judge_again, 0.01)]

    fields = dict(line.split(": ", 1) for line in last.decode().splitlines() if line)
    assert fields["event"] == "cairn.access.ended"
    assert json.loads(fields["data"])["code"] == "access.token_revoked"
    assert source.closed


@pytest.mark.parametrize("code", ["access.denied", "log.unavailable"])
async def test_nothing_is_told_that_comes_after_the_reader_may_not_read_on(code: str) -> None:
    revoked = asyncio.Event()
    batches: asyncio.Queue[Batch] = asyncio.Queue()
    batches.put_nowait(Batch((stored(1),), 1))

    async def follow() -> AsyncIterator[Batch]:
        while True:
            yield await batches.get()

    async def judge_again() -> None:
        if revoked.is_set():
            raise RequestRefused(code, "The patient has revoked it, or what the patient allows cannot be read.")

    async with aclosing(stream_batches(follow(), asyncio.Event(), at_once, judge_again)) as frames:
        begun = [await anext(frames), await anext(frames)]
        revoked.set()
        batches.put_nowait(Batch((stored(2),), 2))
        async with asyncio.timeout(60):
            ended = [chunk async for chunk in frames]

    assert begun[1] == frame(stored(1))
    assert [chunk.split(b"\n")[0] for chunk in ended] == [b"event: cairn.access.ended"]


async def test_it_goes_on_while_nobody_can_say_whether_the_reader_may_read_on() -> None:
    asked = asyncio.Event()

    async def judge_again() -> None:
        asked.set()
        raise RequestRefused("access.unavailable", "The issuer does not answer.")

    frames = stream_batches(Source(Batch((), 0)).follow(), asyncio.Event(), at_once, judge_again, 0.01)
    async with aclosing(frames):
        while not asked.is_set():
            await anext(frames)
        assert await anext(frames) == HEARTBEAT


async def test_a_reader_that_goes_away_frees_its_place_in_the_log() -> None:
    source = Source()
    frames = stream_batches(source.follow(), asyncio.Event(), at_once, allowed)
    await anext(frames)
    reading = asyncio.create_task(anext(frames))
    await asyncio.sleep(0)

    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)

    assert source.closed


async def test_when_as_many_listen_as_are_served_the_next_is_told_to_come_back() -> None:
    nobody = cast(Any, None)  # what this answer does not need
    gateway = Gateway(
        nc=nobody,
        logs=nobody,
        reader=nobody,
        freshness=nobody,
        submitter=nobody,
        standing=nobody,
        readiness=nobody,
        records=nobody,
        notaries=nobody,
        feeds=FeedRoom(most=0),
    )
    async with asking(create_app(gateway, WrittenOut())) as client:
        response = await client.get("/v1/feed")

    assert (response.status_code, response.json()["code"]) == (503, "feed.full")
    assert response.headers["retry-after"]


async def test_where_the_log_has_several_streams_the_organisation_has_to_be_named() -> None:
    nobody = cast(Any, None)  # what this answer does not need
    placement = Placement({"CAIRN_LOG_A": ["northside"], "CAIRN_LOG_B": ["riverside"]})
    gateway = Gateway(
        nc=nobody,
        logs=Placed(placement, lambda _: cast(Log, EmptyLog())),
        reader=nobody,
        freshness=nobody,
        submitter=nobody,
        standing=nobody,
        readiness=nobody,
        records=nobody,
        notaries=nobody,
    )
    async with asking(create_app(gateway, WrittenOut())) as client:
        anyone = await client.get("/v1/feed")
        nowhere = await client.get("/v1/feed?org=elsewhere")

    assert (anyone.status_code, anyone.json()["errors"][0]["field"]) == (422, "org")
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "org.unknown")


class EmptyLog:
    """A log in which nothing happens."""

    async def head(self) -> int:
        return 0

    async def anchor(self, position: int) -> Anchor | None:
        return BEGINNING

    def follow(self, after: Anchor, *, subject: str | None) -> AsyncIterator[Batch]:
        return Source().follow()


async def test_a_reader_that_takes_nothing_does_not_keep_the_gateway_from_ending() -> None:
    nobody = cast(Any, None)  # what this answer does not need
    logs = Placed(Placement(), lambda _: cast(Log, EmptyLog()))
    gateway = Gateway(
        nc=nobody,
        logs=logs,
        reader=nobody,
        freshness=nobody,
        submitter=nobody,
        standing=nobody,
        readiness=nobody,
        records=nobody,
        notaries=nobody,
    )
    stalled = asyncio.Event()

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError("nothing is ever received")

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            stalled.set()
            await asyncio.Event().wait()

    scope = {"type": "http", "method": "GET", "path": "/v1/feed", "query_string": b"", "headers": HEADERS}
    serving = asyncio.ensure_future(create_app(gateway, WrittenOut())(scope, receive, send))
    await stalled.wait()
    gateway.closing.set()

    serving.cancel()

    await serving
    assert not serving.cancelled()
    assert gateway.feeds.taken == 0
