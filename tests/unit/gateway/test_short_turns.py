"""Short queries that are asked at the same moment."""

import asyncio
from collections.abc import Iterator
from functools import partial
from time import perf_counter

import pytest
from sqlalchemy import Connection, Engine, text

from projections.engine.short_reads import BrokenOff, ShortReads
from services.gateway import short_turns
from services.gateway.short_turns import ShortTurns
from tests.unit.notes import COUNT, ENDLESS, write


@pytest.fixture
def turns(notes: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[ShortTurns]:
    # A busy machine stands still for longer than a short query may take.
    monkeypatch.setattr(short_turns, "ShortReads", partial(ShortReads, most_seconds=0.5))
    turns = ShortTurns(notes)
    turns.open()
    yield turns
    turns.close()


def count(connection: Connection) -> object:
    return connection.scalar(COUNT)


async def test_those_of_one_moment_see_one_state_and_those_of_the_next_what_was_committed_since(
    notes: Engine, turns: ShortTurns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(short_turns, "_TURN_SECONDS", 10)  # what is written meanwhile waits for a disk

    def count_and_write(connection: Connection) -> object:
        counted = count(connection)
        write(notes)
        return counted

    found = await asyncio.gather(turns.read(count_and_write), turns.read(count))

    assert [*found] == [0, 0]
    assert await turns.read(count) == 1


async def test_what_was_committed_before_a_query_was_asked_is_seen_although_others_have_asked_before(
    notes: Engine, turns: ShortTurns
) -> None:
    async def write_and_count() -> object:
        write(notes)
        return await turns.read(count)

    found = await asyncio.gather(turns.read(count), write_and_count())

    assert [*found] == [1, 1]


async def test_a_mistake_of_one_is_its_own(turns: ShortTurns) -> None:
    def mistaken(connection: Connection) -> object:
        raise KeyError

    found = await asyncio.gather(turns.read(count), turns.read(mistaken), turns.read(count), return_exceptions=True)

    assert found[0] == found[2] == 0
    assert isinstance(found[1], KeyError)


async def test_one_that_does_not_end_is_broken_off_and_the_others_are_answered(turns: ShortTurns) -> None:
    def endless(connection: Connection) -> object:
        return connection.scalar(ENDLESS)

    found = await asyncio.gather(turns.read(endless), turns.read(count), return_exceptions=True)

    assert isinstance(found[0], BrokenOff)
    assert found[1] == 0


async def test_one_that_the_database_cannot_answer_is_broken_off_and_nothing_is_said_of_what_it_asked(
    turns: ShortTurns, caplog: pytest.LogCaptureFixture
) -> None:
    def of_a_table_that_is_gone(connection: Connection) -> object:
        return connection.scalar(text("SELECT :words FROM gone"), {"words": "what a patient said"})

    found = await asyncio.gather(turns.read(of_a_table_that_is_gone), turns.read(count), return_exceptions=True)
    await asyncio.to_thread(turns.open)

    assert isinstance(found[0], BrokenOff)
    assert await turns.read(count) == 0
    assert not caplog.records


async def test_without_a_connection_all_are_broken_off(notes: Engine) -> None:
    turns = ShortTurns(notes)

    found = await asyncio.gather(turns.read(count), turns.read(count), return_exceptions=True)

    assert [type(each) for each in found] == [BrokenOff, BrokenOff]


async def test_who_has_gone_is_not_answered_and_keeps_nobody(turns: ShortTurns) -> None:
    asked: list[str] = []
    gone = asyncio.ensure_future(turns.read(lambda _: asked.append("gone")))
    stays = asyncio.ensure_future(turns.read(count))
    await asyncio.sleep(0)  # both have asked, and their turn is next
    gone.cancel()

    assert await stays == 0
    assert asked == []


async def test_between_long_turns_all_else_goes_on(turns: ShortTurns) -> None:
    answered: list[None] = []

    def hold_up(_: Connection) -> None:
        end = perf_counter() + 0.01
        while perf_counter() < end:
            pass
        answered.append(None)

    asked = [asyncio.ensure_future(turns.read(hold_up)) for _ in range(5)]
    await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)

    assert len(answered) < len(asked)
    await asyncio.gather(*asked)
    assert len(answered) == len(asked)
