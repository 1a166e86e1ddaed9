"""`cairn bench rebuild`: each projection from position 0 to the end of a log of synthetic goals, on SQLite.

The projection is the one that `cairn serve projection` runs, here in this process; the clock runs from its start
until it announces that the log's last event is in its tables.
"""

import asyncio
from functools import partial
from pathlib import Path
from time import perf_counter

from bench.announced import Announced
from bench.filling import fill_with_lives
from bench.ground import BenchFailed, Ground, ground
from bench.life import LIFE_EVENTS, goal_ids
from bench.machine import conditions
from bench.options import Count, Options, Stages
from bench.result import Result, Run, case
from events.log.stream import STREAM
from projections.catalog import NAMES
from projections.engine.database import open_database, reading
from projections.engine.service import serve
from projections.engine.status import read_status


class RebuildOptions(Options):
    """About how many events the log has, and which projections are built from them; one case each."""

    events: Count = 100_000
    projections: tuple[str, ...] = NAMES


async def run(options: RebuildOptions, stages: Stages) -> Result:
    """Fill a log and build every projection from it, one at a time."""
    now = conditions(options.directory)
    goals = goal_ids("bench", max(1, options.events // LIFE_EVENTS))
    filled = len(goals) * LIFE_EVENTS
    cases = []
    async with ground(options, partial(fill_with_lives, goals=goals, stages=stages)) as fresh:
        for name in options.projections:
            with stages(f"rebuild of {name}", options.runs) as stage:
                runs = []
                for number in range(options.runs):
                    runs.append(await _rebuild(fresh, name, filled, fresh.directory / f"{name}-{number}.db"))
                    stage.advance()
            cases.append(case({"projection": name, "events": filled, "database": "sqlite"}, "events/s", runs, {}))
    return Result(benchmark="rebuild", options=options, conditions=now, cases=tuple(cases))


async def _rebuild(ground: Ground, name: str, events: int, file: Path) -> Run:
    url = f"sqlite:///{file}"
    announced = Announced()
    async with announced.listening(ground.nc, name):
        began = perf_counter()
        serving = asyncio.create_task(serve(name, ground.nats_url, url, lambda _: None))
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
    _check(name, url, events)
    return Run.of(events, ended - began)


def _check(name: str, url: str, events: int) -> None:
    """A projection that puts events aside would be quick for the wrong reason."""
    engine = open_database(url)
    try:
        with reading(engine) as connection:
            status = read_status(connection, name, STREAM)
    finally:
        engine.dispose()
    if status["position"] != events or status["quarantined"]:
        raise BenchFailed(f"{name} reached {status['position']} of {events}, {status['quarantined']} in quarantine.")
