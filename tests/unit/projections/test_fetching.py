"""Fetching ahead of the writer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from events.envelope import StoredMessage
from events.log import Batch
from projections.engine.fetching import Demand, Gathered, fetched_ahead
from tests.builders import NOON
from tests.stored import in_nanoseconds


def batch(*positions: int, head: int = 9) -> Batch:
    return Batch(
        tuple(StoredMessage("cairn.log.o.p.g", each, in_nanoseconds(NOON), {}, b"") for each in positions), head
    )


async def source(*batches: Batch) -> AsyncIterator[Batch]:
    for each in batches:
        yield each


def positions(got: Gathered) -> list[int]:
    return [message.position for message in got.messages]


async def test_nothing_is_left_out_or_turned_round() -> None:
    given = source(batch(1, 2), batch(3), batch(), batch(4, 5, 6))
    assert [position async for got in fetched_ahead(given, most=2, demand=Demand()) for position in positions(got)] == [
        1,
        2,
        3,
        4,
        5,
        6,
    ]


async def test_what_has_arrived_meanwhile_comes_as_one_batch() -> None:
    async with aclosing(
        fetched_ahead(source(batch(1), batch(2), batch(3, head=3)), most=100, demand=Demand())
    ) as batches:
        got = await anext(batches)
    assert (positions(got), got.head) == ([1, 2, 3], 3)


async def test_a_full_batch_is_waited_for_until_the_log_has_no_more() -> None:
    async def slow() -> AsyncIterator[Batch]:
        for position in range(1, 10):
            yield batch(position)
            await asyncio.sleep(0)  # whoever waits has its turn

    async with aclosing(fetched_ahead(slow(), most=4, demand=Demand(), in_full=True)) as batches:
        assert [positions(got) async for got in batches] == [[1, 2, 3, 4], [5, 6, 7, 8], [9]]


async def test_what_arrived_of_a_batch_that_never_is_full_comes_at_the_end_of_the_source() -> None:
    given = source(batch(1), batch(2))
    async with aclosing(fetched_ahead(given, most=4, demand=Demand(), in_full=True)) as batches:
        assert [positions(got) async for got in batches] == [[1, 2]]


async def test_it_fetches_no_further_ahead_than_asked() -> None:
    asked: list[int] = []

    async def endless() -> AsyncIterator[Batch]:
        while True:
            asked.append(len(asked))
            yield batch(len(asked))

    async with aclosing(fetched_ahead(endless(), most=10, demand=Demand())) as batches:
        assert len(positions(await anext(batches))) == 10
    assert len(asked) <= 20


async def test_an_empty_batch_gets_through() -> None:
    assert [got async for got in fetched_ahead(source(batch(head=0)), most=10, demand=Demand())] == [([], 0)]


async def test_a_failure_of_the_source_is_told_after_what_came_before_it() -> None:
    async def failing() -> AsyncIterator[Batch]:
        yield batch(1)
        raise ConnectionError

    got = fetched_ahead(failing(), most=10, demand=Demand())
    assert positions(await anext(got)) == [1]
    with pytest.raises(ConnectionError):
        await anext(got)


async def test_closing_it_closes_the_source() -> None:
    closed = asyncio.Event()

    async def waiting() -> AsyncIterator[Batch]:
        try:
            yield batch(1)
            await asyncio.Event().wait()
        finally:
            closed.set()

    async with aclosing(fetched_ahead(waiting(), most=10, demand=Demand())) as batches:
        await anext(batches)
    assert closed.is_set()


async def test_it_waits_until_more_is_wanted() -> None:
    asked: list[int] = []

    async def endless() -> AsyncIterator[Batch]:
        while True:
            asked.append(len(asked))
            yield batch(len(asked))

    demand = Demand()
    async with aclosing(fetched_ahead(endless(), most=10, demand=demand)) as batches:
        assert positions(await anext(batches)) == list(range(1, 11))
        await asyncio.sleep(0)
        assert len(asked) == 10
        await asyncio.to_thread(demand.now_threadsafe)
        assert positions(await anext(batches)) == list(range(11, 21))
