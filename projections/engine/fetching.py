"""Fetching ahead: while one batch is being written, the next ones are already on their way."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import NamedTuple

from events.envelope import StoredMessage
from events.log import Batch


class Gathered(NamedTuple):
    """A batch of the log, of which nobody else has the list of messages: whoever takes it may empty that early."""

    messages: list[StoredMessage]
    head: int


class Demand:
    """When more is wanted of the log. Whoever is busy says so, because fetching takes its time from the same core.

    The database leaves it free while it writes; then is the time to fetch.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._there = asyncio.Event()

    def now(self) -> None:
        """More is wanted."""
        self._there.set()

    def now_threadsafe(self) -> None:
        """More is wanted, says another thread."""
        if not self._there.is_set():
            self._loop.call_soon_threadsafe(self._there.set)

    async def wait(self) -> None:
        """Until more is wanted again."""
        self._there.clear()
        await self._there.wait()


async def fetched_ahead(
    source: AsyncIterator[Batch], most: int, demand: Demand, *, in_full: bool = False
) -> AsyncGenerator[Gathered, None]:
    """The same messages in the same order, put together into as few batches as there is a demand for.

    Args:
        source: Batches of the log.
        most: How many messages may wait. A batch holds as many at most, and the source's own last one on top.
        demand: Asked when so many wait, or have been taken. There is one when someone waits for messages.
        in_full: Whether a batch is waited for until it holds as many, or the log has no more.
    """
    waiting: list[Batch] = []
    arrived = asyncio.Event()

    async def fetch() -> None:
        fetched = 0
        try:
            async for batch in source:
                waiting.append(batch)
                fetched += len(batch.messages)
                if not in_full or fetched >= most or _is_last(batch):
                    arrived.set()
                if fetched >= most:
                    fetched = 0
                    await demand.wait()
        finally:
            arrived.set()
            if isinstance(source, AsyncGenerator):
                await source.aclose()

    fetching = asyncio.create_task(fetch())
    try:
        while True:
            if not arrived.is_set():
                demand.now()
            await arrived.wait()
            if not waiting:
                await fetching
                return
            batch = Gathered([message for each in waiting for message in each.messages], waiting[-1].head)
            waiting.clear()
            if not fetching.done():
                arrived.clear()
            yield batch
    finally:
        fetching.cancel()
        await asyncio.gather(fetching, return_exceptions=True)


def _is_last(batch: Batch) -> bool:
    """Whether the log has nothing behind it yet."""
    return not batch.messages or batch.messages[-1].position >= batch.head
