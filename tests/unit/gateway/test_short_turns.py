"""Short queries that are asked at the same moment."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text

from projections.engine.database import open_database, writing
from projections.engine.short_reads import BrokenOff
from services.gateway.short_turns import ShortTurns

COUNT = text("SELECT count(*) FROM notes")
ENDLESS = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path / 'cairn.db'}")
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE notes (note TEXT)"))
    yield engine
    engine.dispose()


@pytest.fixture
def turns(engine: Engine) -> Iterator[ShortTurns]:
    turns = ShortTurns(engine)
    turns.open()
    yield turns
    turns.close()


def write(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO notes VALUES ('one')"))


def count(connection: Connection) -> object:
    return connection.scalar(COUNT)


async def test_those_of_one_moment_see_one_state_and_those_of_the_next_what_was_committed_since(
    engine: Engine, turns: ShortTurns
) -> None:
    def count_and_write(connection: Connection) -> object:
        found = count(connection)
        write(engine)
        return found

    assert await asyncio.gather(turns.read(count_and_write), turns.read(count)) == [0, 0]
    assert await turns.read(count) == 1


async def test_what_was_committed_before_a_query_was_asked_is_seen_although_others_have_asked_before(
    engine: Engine, turns: ShortTurns
) -> None:
    async def write_and_count() -> object:
        write(engine)
        return await turns.read(count)

    assert await asyncio.gather(turns.read(count), write_and_count()) == [1, 1]


async def test_a_mistake_of_one_is_its_own(turns: ShortTurns) -> None:
    def mistaken(connection: Connection) -> object:
        raise KeyError

    before, mistake, behind = await asyncio.gather(
        turns.read(count), turns.read(mistaken), turns.read(count), return_exceptions=True
    )

    assert (before, behind) == (0, 0)
    assert isinstance(mistake, KeyError)


async def test_one_that_does_not_end_is_broken_off_and_the_others_are_answered(turns: ShortTurns) -> None:
    endless, behind = await asyncio.gather(
        turns.read(lambda connection: connection.scalar(ENDLESS)), turns.read(count), return_exceptions=True
    )

    assert isinstance(endless, BrokenOff)
    assert behind == 0


async def test_without_a_connection_all_are_broken_off(engine: Engine) -> None:
    turns = ShortTurns(engine)

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
    answered: list[int] = []

    def hold_up(number: int) -> None:
        end = asyncio.get_running_loop().time() + 0.01
        while asyncio.get_running_loop().time() < end:
            pass
        answered.append(number)

    async def look() -> int:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return len(answered)

    *_, meanwhile = await asyncio.gather(*(turns.read(lambda _, n=n: hold_up(n)) for n in range(5)), look())

    assert meanwhile < 5
    assert answered == [0, 1, 2, 3, 4]
