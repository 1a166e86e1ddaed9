"""Submissions about the same goal are decided one after another, in order of arrival; nobody's turn is lost."""

import asyncio
from collections.abc import Callable

import pytest

from services.keyed_lock import Acquisition, KeyedLock


class Line:
    """Tasks that take their turns at the same key, each leaving when it is told to."""

    def __init__(self) -> None:
        self.locks = KeyedLock()
        self.inside: list[str] = []
        self.left: list[str] = []
        self._doors: dict[str, asyncio.Event] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def arrive(self, *names: str, key: str = "walk") -> None:
        """These line up one behind another."""
        for name in names:
            self._doors[name] = asyncio.Event()
            self._tasks[name] = asyncio.create_task(self._take(name, key))
        await settled()

    async def leave(self, name: str) -> None:
        self._doors[name].set()
        await self._tasks[name]
        await settled()

    def give_up(self, name: str) -> None:
        self._tasks[name].cancel()

    async def given_up(self, name: str) -> None:
        with pytest.raises(asyncio.CancelledError):
            await self._tasks[name]
        await settled()

    def open_door(self, name: str) -> None:
        """Let it leave as soon as it runs, and not before."""
        self._doors[name].set()

    async def _take(self, name: str, key: str) -> None:
        async with self.locks.of(key):
            self.inside.append(name)
            try:
                await self._doors[name].wait()
            finally:
                self.inside.remove(name)
                self.left.append(name)


async def settled() -> None:
    """Everything that can run has run."""
    for _ in range(5):
        done = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(done.set_result, None)
        await done


async def test_one_at_a_time_in_order_of_arrival() -> None:
    line = Line()
    await line.arrive("a", "b", "c")

    for name in ("a", "b", "c"):
        assert line.inside == [name]
        await line.leave(name)
    assert line.left == ["a", "b", "c"]


async def test_other_keys_are_in_nobodys_way() -> None:
    line = Line()
    await line.arrive("a")
    await line.arrive("b", key="run")

    assert line.inside == ["a", "b"]
    await line.leave("b")
    await line.leave("a")


async def test_a_key_can_be_taken_again() -> None:
    line = Line()
    for name in ("a", "b"):
        await line.arrive(name)
        assert line.inside == [name]
        await line.leave(name)


@pytest.mark.parametrize("who", ["b", "c"])
async def test_whoever_gives_up_waiting_leaves_the_line(who: str) -> None:
    line = Line()
    await line.arrive("a", "b", "c")

    line.give_up(who)
    await line.given_up(who)
    assert line.inside == ["a"]
    await line.leave("a")

    (rest,) = {"b", "c"} - {who}
    assert line.inside == [rest]
    await line.leave(rest)


async def test_whoever_gives_up_inside_lets_the_next_in() -> None:
    line = Line()
    await line.arrive("a", "b")

    line.give_up("a")
    await line.given_up("a")

    assert line.inside == ["b"]
    await line.leave("b")


async def test_a_turn_that_comes_as_its_owner_gives_up_goes_to_the_next() -> None:
    line = Line()
    await line.arrive("a", "b", "c")

    line.open_door("a")
    await _just_after(lambda: "a" in line.left, lambda: line.give_up("b"))
    await line.given_up("b")

    assert line.inside == ["c"]
    await line.leave("c")


async def test_a_failure_inside_lets_the_next_in() -> None:
    locks = KeyedLock()

    with pytest.raises(ZeroDivisionError):
        async with locks.of("walk"):
            raise ZeroDivisionError

    async with asyncio.timeout(60), locks.of("walk"):
        pass


async def _just_after(happened: Callable[[], bool], then: Callable[[], None]) -> None:
    """Do something in the very step of the event loop after something happened."""
    done = asyncio.get_running_loop().create_future()

    def look() -> None:
        if happened():
            then()
            done.set_result(None)
        else:
            asyncio.get_running_loop().call_soon(look)

    look()
    await done


async def test_a_place_can_be_taken_before_the_turn_is_waited_for() -> None:
    locks, order = KeyedLock(), list[str]()
    first, second = locks.of("walk"), locks.of("walk")
    assert first.line_up()
    assert not second.line_up()

    async def take(name: str, turn: Acquisition) -> None:
        async with turn:
            order.append(name)

    later = [asyncio.create_task(take("third", locks.of("walk"))), asyncio.create_task(take("second", second))]
    await settled()
    assert order == []
    first.pass_on()
    await asyncio.gather(*later)

    assert order == ["second", "third"]
    assert locks.of("walk").line_up()
