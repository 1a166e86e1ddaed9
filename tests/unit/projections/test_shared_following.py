"""Several projections that follow one log: each gets everything, and the newest is read and decoded once."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from io import BytesIO
from typing import cast

import pytest

from events.envelope import StoredMessage
from events.log import Batch, Log, LogUnreachable
from events.log.anchor import Anchor
from events.log.handing_over import HandedOver
from projections.engine import shared_following
from projections.engine.decoding import Arrival, ReadOnce
from projections.engine.fetching import Demand
from projections.engine.shared_following import SharedFollowing
from tests.builders import NOON, active_goal, recorded
from tests.stored import as_message, in_nanoseconds
from tests.waiting import eventually

BEGINNING = Anchor(0)


class OneLog:
    """A log in memory. Whoever follows it gets at once all that is new, as from the real one."""

    def __init__(self, messages: int = 0):
        self.messages = [message(position) for position in range(1, messages + 1)]
        self.followed_from: list[int] = []
        self.broken = False
        self._grown = asyncio.Event()

    def append(self, *messages: StoredMessage) -> None:
        self.messages += messages
        self.wake()

    def wake(self) -> None:
        self._grown.set()
        self._grown = asyncio.Event()

    async def follow_with_process(
        self, after: Anchor, handed_over: HandedOver | None = None
    ) -> AsyncGenerator[Batch, None]:
        self.followed_from.append(after.position)
        position, end_told = after.position, False
        while True:
            grown = self._grown
            if self.broken:
                self.broken = False
                raise LogUnreachable
            if new := tuple(each for each in self.messages if each.position > position):
                position = new[-1].position
                yield Batch(new, position)
            elif not end_told:
                end_told = True
                yield Batch((), position)
            else:
                await grown.wait()


class Reader:
    """A projection: takes batch after batch, as long as it is not held up."""

    def __init__(self, following: SharedFollowing, after: int = 0):
        self.batches: list[list[StoredMessage]] = []
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()
        self._reading = asyncio.create_task(self._read(following, Anchor(after)))

    async def _read(self, following: SharedFollowing, after: Anchor) -> None:
        async with aclosing(following.batches(after, Demand())) as batches:
            async for batch in batches:
                if batch.messages:
                    self.batches.append(list(batch.messages))
                await self.may_go_on.wait()

    @property
    def positions(self) -> list[int]:
        return [each.position for batch in self.batches for each in batch]

    async def reaches(self, position: int) -> None:
        await eventually(lambda: self._reading.done() or position in self.positions)
        assert position in self.positions

    async def stop(self) -> None:
        self._reading.cancel()
        await asyncio.wait([self._reading])


def message(position: int) -> StoredMessage:
    return StoredMessage("cairn.log.o.p.g", position, in_nanoseconds(NOON), {}, b"")


async def test_all_of_it_comes_to_each_of_them_and_the_newest_to_all_from_one_follower() -> None:
    log = OneLog(messages=3)
    following = SharedFollowing(cast(Log, log))
    readers = [Reader(following), Reader(following, after=1), Reader(following, after=3)]
    await eventually(lambda: len(log.followed_from) == 4)
    for position in range(4, 9):
        log.append(message(position))
        for reader in readers:
            await reader.reaches(position)
    assert [reader.positions[0] for reader in readers] == [1, 2, 4]
    assert all(reader.positions == list(range(reader.positions[0], 9)) for reader in readers)
    assert len(log.followed_from) == 4  # each by itself to the end, and one for all
    first, *others = (reader.batches[-1][-1] for reader in readers)
    assert all(other is first for other in others)
    for reader in readers:
        await reader.stop()


async def test_what_comes_fast_is_handed_out_together(monkeypatch: pytest.MonkeyPatch) -> None:
    # All of it comes within one pause, also where the machine stands still for a while.
    monkeypatch.setattr(shared_following, "_SHORTEST_PAUSE_SECONDS", 2)
    monkeypatch.setattr(shared_following, "_LONGEST_PAUSE_SECONDS", 2)
    log = OneLog()
    reader = Reader(SharedFollowing(cast(Log, log)))
    await eventually(lambda: len(log.followed_from) == 2)
    log.append(message(1))
    await reader.reaches(1)
    for position in range(2, 12):
        log.append(message(position))
        await asyncio.sleep(0)
    await reader.reaches(11)
    assert [[each.position for each in batch] for batch in reader.batches] == [[1], list(range(2, 12))]
    await reader.stop()


async def test_one_that_falls_behind_keeps_no_other_waiting_and_misses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shared_following, "_KEPT_MESSAGES", 5)
    monkeypatch.setattr(shared_following, "_SHORTEST_PAUSE_SECONDS", 0)
    log = OneLog()
    following = SharedFollowing(cast(Log, log))
    slow, quick = Reader(following), Reader(following)
    await eventually(lambda: len(log.followed_from) == 3)
    slow.may_go_on.clear()
    for position in range(1, 41):
        log.append(message(position))
        await quick.reaches(position)
    assert slow.positions == [1]
    slow.may_go_on.set()
    await slow.reaches(40)
    assert log.followed_from == [0, 0, 0, 1]  # by itself again, from where it was
    log.append(message(41))
    await slow.reaches(41)
    await quick.reaches(41)
    assert slow.positions == quick.positions == list(range(1, 42))
    assert slow.batches[-1][-1] is quick.batches[-1][-1]  # and back among the others
    for reader in (slow, quick):
        await reader.stop()


async def test_without_the_one_follower_each_goes_on_by_itself() -> None:
    log = OneLog()
    following = SharedFollowing(cast(Log, log))
    readers = [Reader(following), Reader(following)]
    await eventually(lambda: len(log.followed_from) == 3)
    log.broken = True
    log.wake()
    await eventually(lambda: len(log.followed_from) >= 5)
    log.append(message(1))
    for reader in readers:
        await reader.reaches(1)
        assert reader.positions == [1]
        await reader.stop()


async def test_nobody_follows_any_more_once_the_last_one_has_ended() -> None:
    before = asyncio.all_tasks()
    log = OneLog(messages=1)
    following = SharedFollowing(cast(Log, log))
    reader = Reader(following)
    await eventually(lambda: len(log.followed_from) == 2)
    await reader.stop()
    assert asyncio.all_tasks() == before


def test_a_message_that_several_take_in_is_decoded_once() -> None:
    stored = ReadOnce._make(as_message(recorded(active_goal())[0]))
    (first,), (second,) = (events for _ in range(2) for _, events in Arrival([stored], {}).goals())
    assert first is second


class InSmallBatches(OneLog):
    """What it holds comes message by message."""

    async def follow_with_process(
        self, after: Anchor, handed_over: HandedOver | None = None
    ) -> AsyncGenerator[Batch, None]:
        for each in self.messages:
            yield Batch((each,), len(self.messages))


@pytest.mark.parametrize(("handed_over", "most"), [(None, 10), (HandedOver(BytesIO()), 40)])
async def test_while_several_catch_up_each_takes_more_at_once(
    monkeypatch: pytest.MonkeyPatch, handed_over: HandedOver | None, most: int
) -> None:
    monkeypatch.setattr(shared_following, "MOST_EVENTS_PER_TRANSACTION", 10)
    following = SharedFollowing(cast(Log, InSmallBatches(200)), handed_over)
    async with aclosing(following.batches(BEGINNING, Demand(), most_together=40)) as batches:
        await anext(batches)
        for _ in range(500):  # while the first batch is worked on, more come
            await asyncio.sleep(0)
        assert len((await anext(batches)).messages) == most


class Slowly(InSmallBatches):
    """Whoever waits for messages has a turn behind each of them."""

    async def follow_with_process(
        self, after: Anchor, handed_over: HandedOver | None = None
    ) -> AsyncGenerator[Batch, None]:
        async for batch in super().follow_with_process(after, handed_over):
            yield batch
            await asyncio.sleep(0)


async def test_one_that_is_quicker_than_what_is_handed_over_waits_for_as_many() -> None:
    following = SharedFollowing(cast(Log, Slowly(100)), HandedOver(BytesIO()))
    async with aclosing(following.batches(BEGINNING, Demand(), most_together=40)) as batches:
        assert [len((await anext(batches)).messages) for _ in range(3)] == [40, 40, 20]
