"""Room for live feeds: each is told at once whether there is a place for it, and gives it back however it ends."""

import asyncio
from collections import Counter
from typing import Any, cast

import pytest
from starlette.types import Message

from events.log import Log
from events.log.placement import Placed, Placement
from services.access.principal import everyone_of
from services.gateway.app import create_app
from services.gateway.feed_room import MAX_FEEDS, MAX_FEEDS_OF_ONE, FeedRoom
from services.gateway.gateway import Gateway
from services.gateway.problems import RequestRefused
from tests.tokens import WrittenOut, bearing
from tests.unit.gateway.test_feed import EmptyLog


def gateway() -> Gateway:
    nobody = cast(Any, None)  # what a feed does not need
    logs = Placed(Placement(), lambda _: cast(Log, EmptyLog()))
    return Gateway(
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


async def statuses(here: Gateway, readers: list[str]) -> Counter[int]:
    """What readers with these ids are answered who ask for the feed at once and read on until the gateway closes."""
    app = create_app(here, WrittenOut())
    answered: Counter[int] = Counter()
    all_answered = asyncio.Event()

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError("nothing is ever received")

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answered[message["status"]] += 1
            if answered.total() == len(readers):
                all_answered.set()

    async def read(reader: str) -> None:
        token = bearing(everyone_of(frozenset(), reader))["authorization"]
        headers = [(b"host", b"localhost"), (b"authorization", token.encode())]
        scope = {"type": "http", "method": "GET", "path": "/v1/feed", "query_string": b"", "headers": headers}
        await app(scope, receive, send)

    reading = [asyncio.create_task(read(reader)) for reader in readers]
    async with asyncio.timeout(60):
        await all_answered.wait()
    here.closing.set()
    await asyncio.gather(*reading)
    return answered


async def test_each_of_more_than_there_is_room_for_is_answered() -> None:
    here = gateway()

    found = await statuses(here, [f"reader-{number}" for number in range(MAX_FEEDS + 4)])

    assert found == {200: MAX_FEEDS, 503: 4}
    assert here.feeds.taken == 0


async def test_one_client_does_not_take_all_the_room() -> None:
    here = gateway()

    found = await statuses(here, ["one"] * (MAX_FEEDS_OF_ONE + 2) + ["another"])

    assert found == {200: MAX_FEEDS_OF_ONE + 1, 503: 2}


def test_a_place_is_given_back_when_a_feed_breaks() -> None:
    room = FeedRoom(most=1)
    with pytest.raises(ZeroDivisionError), room.place("one"):
        raise ZeroDivisionError
    with room.place("another"), pytest.raises(RequestRefused) as refused, room.place("one"):
        raise AssertionError("there was no place")

    assert refused.value.problem.code == "feed.full"
    assert room.taken == 0
