"""Driving a store whose client blocks: writers that take turns on threads, nothing of it on the event loop."""

import asyncio
import sys
from array import array
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, count
from queue import SimpleQueue
from threading import Event
from time import perf_counter

from bench.options import Bounds
from bench.result import Run


async def drive_in_threads(writers: int, threads: int, append: Callable[[int, int], int], bounds: Bounds) -> Run:
    """One run, as `bench.driving.drive` does it: what has begun when the bounds are reached is finished and counts.

    Args:
        threads: At most as many as writers. With fewer, a writer waits for a thread, and that is in its latency.
        append: Takes a writer and what it expects, and gives what it is to expect next.
    """
    load = _Load(writers, append, bounds)
    with ThreadPoolExecutor(threads, "bench-writer") as pool:
        loop = asyncio.get_running_loop()
        working = [loop.run_in_executor(pool, load.work) for _ in range(threads)]
        try:
            began = load.begin()
            latencies = await asyncio.gather(*working)
            seconds = perf_counter() - began
        finally:
            load.end()
    return Run.of(sum(map(len, latencies)), seconds, list(chain.from_iterable(latencies)))


class _Load:
    def __init__(self, writers: int, append: Callable[[int, int], int], bounds: Bounds):
        self._writers = writers
        self._append = append
        self._bounds = bounds
        # Whoever is not writing: the writer, what it expects, and since when it has been waiting.
        self._waiting: SimpleQueue[tuple[int, int, float]] = SimpleQueue()
        self._begun = Event()
        self._numbers = count()
        self._last = 0.0

    def begin(self) -> float:
        """Let the threads begin, all at once, and give the time."""
        began = perf_counter()
        self._last = began + self._bounds.seconds
        for writer in range(self._writers):
            self._waiting.put((writer, 0, began))
        self._begun.set()
        return began

    def end(self) -> None:
        """Let nothing new begin."""
        self._last = 0.0
        self._begun.set()

    def work(self) -> "array[float]":
        """One thread: append for whoever has waited longest, until the bounds are reached."""
        latencies = array("d")
        most = sys.maxsize if self._bounds.count is None else self._bounds.count
        self._begun.wait()
        while perf_counter() < self._last and next(self._numbers) < most:
            writer, expected, since = self._waiting.get_nowait()
            expected = self._append(writer, expected)
            now = perf_counter()
            latencies.append(now - since)
            self._waiting.put((writer, expected, now))
        return latencies
