"""Hearing how far a projection says that it is, and when it said so."""

import asyncio
from bisect import bisect_left
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter

from nats.aio.client import Client
from nats.aio.msg import Msg
from pydantic_core import from_json

from bench.failed import BenchFailed
from projections.engine.announcing import CHECKPOINT

_ANNOUNCED_SECONDS = 60.0


class Announced:
    """The positions that one projection has announced, each with the instant by this process's own clock."""

    def __init__(self) -> None:
        self._positions: list[int] = []
        self._instants: list[float] = []
        self._moved = asyncio.Event()

    @asynccontextmanager
    async def listening(self, nc: Client, projection: str) -> AsyncIterator[None]:
        """Take note of what is announced meanwhile."""
        subscription = await nc.subscribe(f"{CHECKPOINT}.{projection}", cb=self._hear)
        await nc.flush()
        try:
            yield
        finally:
            await subscription.unsubscribe()

    @property
    def first(self) -> tuple[int, float]:
        """The first position that was announced, and when."""
        return self._positions[0], self._instants[0]

    async def reach(self, position: int) -> float:
        """Wait for a position; the instant at which it, or one behind it, was first announced.

        Raises:
            BenchFailed: the projection says nothing more.
        """
        while not self._positions or self._positions[-1] < position:
            self._moved.clear()
            try:
                async with asyncio.timeout(_ANNOUNCED_SECONDS):
                    await self._moved.wait()
            except TimeoutError:
                raise BenchFailed(f"No projection has announced position {position}.") from None
        return self._instants[bisect_left(self._positions, position)]

    async def _hear(self, message: Msg) -> None:
        position = from_json(message.data)["position"]
        if not self._positions or position > self._positions[-1]:
            self._positions.append(position)
            self._instants.append(perf_counter())
            self._moved.set()
