"""A peer's store, as a load meets it: append one event, unless others were there first."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from bench.driving import drive
from bench.failed import BenchFailed
from bench.options import Bounds
from bench.peers.threads import drive_in_threads
from bench.result import Run


class Refused(BenchFailed):
    """The store has not kept the event, because the writer's stream has moved on from what was expected."""


class Store(Protocol):
    """A store with so many writers, each with a stream of events of its own."""

    async def append(self, writer: int, expected: int) -> int:
        """Store a writer's next event durably, and give what to expect for the one after it; at first that is 0.

        Raises:
            Refused: the writer's stream has moved on.
        """

    async def drive(self, writers: int, bounds: Bounds) -> Run:
        """One run: every writer appends one event after another to a stream that is still empty."""


class AwaitedStore(Store):
    """A store whose client is awaited: each writer is a task of the event loop."""

    def __init__(self, append: Callable[[int, int], Awaitable[int]]):
        self._append = append

    async def append(self, writer: int, expected: int) -> int:
        return await self._append(writer, expected)

    async def drive(self, writers: int, bounds: Bounds) -> Run:
        at = [0] * writers

        async def append(writer: int) -> None:
            at[writer] = await self._append(writer, at[writer])

        return await drive(writers, append, bounds)


class BlockingStore(Store):
    """A store whose client blocks: the writers share threads.

    Args:
        threads: With how many the store is at its best; there are never more than writers.
    """

    def __init__(self, append: Callable[[int, int], int], threads: int):
        self._append = append
        self._threads = threads

    async def append(self, writer: int, expected: int) -> int:
        return await asyncio.to_thread(self._append, writer, expected)

    async def drive(self, writers: int, bounds: Bounds) -> Run:
        return await drive_in_threads(writers, min(self._threads, writers), self._append, bounds)
