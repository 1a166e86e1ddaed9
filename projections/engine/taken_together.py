"""What is handed over to a process, for several projections in it: read once, and each message is decoded once."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

from events.log import Batch
from events.log.handing_over import Given, HandedOver
from projections.engine.decoding import ReadOnce

_MOST_WAITING = 4
"""How many batches may wait for one that is slower than others; the process that reads makes them of 1,000 messages."""
_PATIENCE_SECONDS = 30.0
"""How long others wait for one that takes nothing. It is given no more then, and reads the rest by itself."""


class TakenTogether(HandedOver):
    """The same batches for several takers, at about the same time.

    Args:
        handed_over: What they take.
        takers: How many there will be. Each of them takes it once.
    """

    def __init__(self, handed_over: HandedOver, takers: int):
        self._handed_over = handed_over
        self._to_come = [_Taker() for _ in range(takers)]
        self._takers = list(self._to_come)
        self._dealing: asyncio.Task[None] | None = None

    def decline(self) -> None:
        """Take nothing of it for one of the takers, so that the others do not wait for that one."""
        self._leave_out(self._to_come.pop())
        if not self._takers and self._dealing is None:
            self._handed_over.decline()

    async def given(self, stream: str) -> AsyncGenerator[Given, None]:
        """All that is handed over, as long as one keeps up with the others."""
        taker = self._to_come.pop()
        if self._dealing is None:
            self._dealing = asyncio.create_task(self._deal_out(stream))
        try:
            while (given := await taker.next()) is not None:
                yield given
        finally:
            self._leave_out(taker)
            if not self._takers:  # or it waits for what nobody takes
                self._dealing.cancel()
                await asyncio.gather(self._dealing, return_exceptions=True)

    async def _deal_out(self, stream: str) -> None:
        try:
            async with aclosing(self._handed_over.given(stream)) as all_given:
                async for begin, batch in all_given:
                    once = Given(begin, Batch(tuple(map(ReadOnce._make, batch.messages)), batch.head))
                    for taker in tuple(self._takers):
                        if not await taker.give(once):
                            self._leave_out(taker)
                    if not self._takers:
                        return
        finally:
            for taker in tuple(self._takers):
                taker.end()

    def _leave_out(self, taker: "_Taker") -> None:
        with suppress(ValueError):
            self._takers.remove(taker)
        taker.end()


class _Taker:
    """What waits for one of them."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[Given | None] = asyncio.Queue()
        self._room = asyncio.Semaphore(_MOST_WAITING)

    async def give(self, given: Given) -> bool:
        """Whether there was room for one more."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._room.acquire()
        except TimeoutError:
            return False
        self._waiting.put_nowait(given)
        return True

    async def next(self) -> Given | None:
        """The next one; None at the end."""
        given = await self._waiting.get()
        self._room.release()
        return given

    def end(self) -> None:
        """Nothing more comes, and nobody needs to wait for room."""
        self._waiting.put_nowait(None)
        self._room.release()
