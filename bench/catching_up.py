"""Projections that catch up with a log: one in this process, or several as processes of their own."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from time import perf_counter

from bench.announced import Announced
from bench.failed import BenchFailed
from bench.ground import Ground, service
from bench.result import Run
from events.log.stream import STREAM
from projections.catalog import projection_named
from projections.engine.database import open_database, reading
from projections.engine.service import serve
from projections.engine.status import read_status


async def alone(ground: Ground, name: str, events: int, url: str) -> Run:
    """One projection in this process, from its start until it announces the last event."""
    announced = Announced()
    async with announced.listening(ground.nc, name):
        began = perf_counter()
        serving = asyncio.create_task(serve([projection_named(name)], ground.nats_url, url, lambda _: None))
        reached = asyncio.create_task(announced.reach(events))
        try:
            await asyncio.wait([serving, reached], return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                await serving
            ended = await reached
        finally:
            serving.cancel()
            reached.cancel()
            await asyncio.gather(serving, reached, return_exceptions=True)
    check(url, name, events)
    return Run.of(events, ended - began)


async def together(ground: Ground, names: Sequence[str], events: int, url: str) -> Run:
    """Several at once, each as the process of `cairn serve`, from their start until the last one is at the end."""
    async with AsyncExitStack() as stack:
        heard = {name: Announced() for name in names}
        for name, announced in heard.items():
            await stack.enter_async_context(announced.listening(ground.nc, name))
        began = perf_counter()
        settings = ground.settings(database_url=url)
        processes = [service(settings, "projection", name) for name in names]
        await asyncio.gather(*(stack.enter_async_context(process) for process in processes))
        ended = max([await announced.reach(events) for announced in heard.values()])
    for name in names:
        check(url, name, events)
    return Run.of(events, ended - began)


def check(url: str, name: str, events: int) -> None:
    """A projection that puts events aside would be quick for the wrong reason.

    Raises:
        BenchFailed: it has not taken in every event.
    """
    engine = open_database(url)
    try:
        with reading(engine) as connection:
            status = read_status(connection, name, STREAM)
    finally:
        engine.dispose()
    if status["position"] != events or status["quarantined"]:
        raise BenchFailed(f"{name} reached {status['position']} of {events}, {status['quarantined']} in quarantine.")
