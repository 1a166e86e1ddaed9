"""What is handed over to a process is taken together by several projections in it, each message as one object."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from io import BytesIO
from typing import NoReturn, cast

import pytest

from events.envelope import StoredMessage
from events.log import Batch, Log, LogReplaced
from events.log.anchor import Anchor
from events.log.handing_over import Given, HandedOver
from projections.engine import taken_together
from projections.engine.taken_together import TakenTogether
from tests.builders import NOON
from tests.stored import in_nanoseconds

STREAM = "CAIRN_LOG"
BEGIN = 5


def message(position: int) -> StoredMessage:
    return StoredMessage(f"cairn.log.org.p{position}.walk", position, in_nanoseconds(NOON), {}, b"{}")


class Ready(HandedOver):
    """Batches of one message each, from behind `BEGIN` on."""

    def __init__(self, batches: int):
        self.source = BytesIO()
        super().__init__(self.source)
        self._batches = batches

    async def given(self, stream: str) -> AsyncGenerator[Given, None]:
        for position in range(BEGIN + 1, BEGIN + 1 + self._batches):
            yield Given(BEGIN, Batch((message(position),), BEGIN + self._batches))
            await asyncio.sleep(0)


class AnotherLog:
    """A log that is another one than is remembered."""

    async def check(self, anchor: Anchor) -> NoReturn:
        raise LogReplaced(STREAM, anchor.position, 0)


async def taken(together: TakenTogether, after: int = BEGIN) -> list[StoredMessage]:
    async with aclosing(together.batches(STREAM, after)) as batches:
        return [each async for batch in batches for each in batch.messages]


async def test_each_gets_everything_behind_its_position_and_the_same_objects() -> None:
    together = TakenTogether(Ready(40), 3)
    whole, part, none = await asyncio.gather(taken(together), taken(together, BEGIN + 3), taken(together, BEGIN - 1))
    assert [each.position for each in whole] == list(range(BEGIN + 1, BEGIN + 41))
    assert len(part) == 37
    assert all(one is other for one, other in zip(part, whole[3:], strict=True))
    assert none == []


@pytest.mark.parametrize("comes", [True, False])
async def test_one_that_takes_nothing_does_not_keep_the_others_waiting(
    monkeypatch: pytest.MonkeyPatch, comes: bool
) -> None:
    monkeypatch.setattr(taken_together, "_PATIENCE_SECONDS", 0.3)
    together = TakenTogether(Ready(40), 2)
    if comes:
        stuck = together.batches(STREAM, BEGIN)
        await anext(stuck)
    assert len(await taken(together)) == 40
    if comes:
        rest = [batch async for batch in stuck]
        assert 0 < len(rest) < 39  # what waited for it; then nothing more comes


async def test_one_that_ends_early_is_nothing_to_the_others() -> None:
    together = TakenTogether(Ready(40), 2)
    async with aclosing(together.batches(STREAM, BEGIN)) as early:
        await anext(early)
    assert len(await taken(together)) == 40


async def test_one_that_fails_before_it_takes_anything_is_nothing_to_the_others() -> None:
    """Its log is another one than it remembers, for instance. What was seen: the others waited half a minute for it."""
    together = TakenTogether(ready := Ready(40), 2)
    with pytest.raises(LogReplaced):
        await anext(Log.follow_with_process(cast(Log, AnotherLog()), BEGIN, together))

    async with asyncio.timeout(taken_together._PATIENCE_SECONDS / 2):
        assert len(await taken(together)) == 40
    assert not ready.source.closed


async def test_what_everybody_declines_is_not_read() -> None:
    ready = Ready(40)
    together = TakenTogether(ready, 2)
    together.decline()
    assert not ready.source.closed
    together.decline()
    assert ready.source.closed, "whoever hands it over sees that"
