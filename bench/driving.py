"""Driving a load: so many workers, each beginning its next operation when the last has been answered."""

import asyncio
import sys
from array import array
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from time import perf_counter

from bench.options import Bounds
from bench.result import Run

Operation = Callable[[int], Awaitable[object]]
"""One operation of the worker with this number. Raises when it did not do what was to be measured."""


async def drive(workers: int, operation: Operation, bounds: Bounds) -> Run:
    """One run: every worker goes on until the bounds are reached; what has begun by then is finished and counts."""
    left = sys.maxsize if bounds.count is None else bounds.count
    latencies = array("d")
    began = perf_counter()
    last = began + bounds.seconds

    async def work(worker: int) -> None:
        nonlocal left
        while left > 0 and (now := perf_counter()) < last:
            left -= 1
            await operation(worker)
            latencies.append(perf_counter() - now)

    await all_of(work(worker) for worker in range(workers))
    return Run.of(len(latencies), perf_counter() - began, latencies)


async def pace(rate: float, seconds: float, operation: Callable[[int, float], Coroutine[None, None, None]]) -> None:
    """Begin operations at a steady rate, whatever the answers do, and wait until all have been answered.

    Args:
        operation: Gets its number, and the instant at which it was to begin. The first failure ends the rest and is
            raised as it is.
    """
    under_way: set[asyncio.Task[None]] = set()
    failures: list[BaseException] = []

    def ended(task: "asyncio.Task[None]") -> None:
        under_way.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None:
            failures.append(failure)

    began = perf_counter()
    try:
        for number in range(round(rate * seconds)):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - perf_counter()))
            if failures:
                break
            task = asyncio.ensure_future(operation(number, due))
            under_way.add(task)
            task.add_done_callback(ended)
        while under_way and not failures:
            await asyncio.wait(under_way, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
    if failures:
        raise failures[0]


async def all_of(work: Iterable[Coroutine[None, None, None]]) -> None:
    """Do all of it side by side; the first failure ends the rest and is raised as it is."""
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
