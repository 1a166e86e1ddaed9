"""`cairn bench rebuild-growth`: whether a projection is rebuilt as quickly, and in no more memory, from a larger log.

Two logs are filled, a small and a large one, each on a server of its own, and the projection is built from both in
turn, each time in an empty database by a process of its own. The clock runs from its first announcement to its last,
so that starting the process is in neither figure.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from time import perf_counter
from typing import NamedTuple

from bench.announced import Announced
from bench.catching_up import check
from bench.databases import Databases, Kind, databases
from bench.failed import BenchFailed
from bench.filling import fill_with_lives
from bench.ground import Ground, ground, service
from bench.life import LIFE_EVENTS, goal_ids
from bench.machine import conditions
from bench.options import Count, Options, Stages
from bench.resident import with_children_bytes
from bench.result import Case, Compared, Run, case
from bench.room import EVENT_BYTES, ROW_BYTES
from projections.catalog import projection_named

_LOOK_SECONDS = 0.2


class RebuildGrowthOptions(Options):
    """About how many events the two logs have, and which projection is built from them, where."""

    smaller: Count = 100_000
    larger: Count = 2_000_000
    projection: str = "goal_state"
    databases: tuple[Kind, ...] = ("sqlite",)

    @property
    def disk_bytes(self) -> int:
        return (self.smaller + self.larger) * EVENT_BYTES + self.larger * ROW_BYTES


class _Log(NamedTuple):
    ground: Ground
    events: int


class _Seen(NamedTuple):
    """One rebuild: how quick it was, and the most memory that its process had."""

    run: Run
    megabytes: float

    @property
    def memory(self) -> Run:
        return self.run.model_copy(update={"rate": round(self.megabytes, 1)})


async def run(options: RebuildGrowthOptions, stages: Stages) -> Compared:
    """Fill both, and build in turn; the small log is the peer, so its ratio is the mark's."""
    if options.larger < options.smaller:
        raise BenchFailed(f"The log cannot grow from {options.smaller:,} events to {options.larger:,}.")
    projection_named(options.projection)  # or it would be found missing when both are filled
    now = conditions(options.directory)
    cases: list[Case] = []
    async with (
        _filled(options, options.smaller, stages) as small,
        _filled(options, options.larger, stages) as large,
        databases(large.ground.directory, options.databases) as there,
    ):
        for kind in there.kinds:
            seen: dict[_Log, list[_Seen]] = {large: [], small: []}
            with stages(f"rebuild of {options.projection}, {kind}", options.runs) as stage:
                for number in range(options.runs):
                    for each in (large, small) if number % 2 == 0 else (small, large):
                        seen[each].append(await _seen(each, there, kind, options.projection))
                    stage.advance()
            cases += _cases(
                {"projection": options.projection, "database": kind}, large, seen[large], small, seen[small]
            )
    return Compared(
        benchmark="rebuild-growth",
        options=options,
        conditions=now,
        cases=tuple(cases),
        at_best=None,
        unavailable=there.absent,
    )


@asynccontextmanager
async def _filled(options: RebuildGrowthOptions, events: int, stages: Stages) -> AsyncIterator[_Log]:
    goals = goal_ids("bench", max(1, events // LIFE_EVENTS))
    async with ground(options, partial(fill_with_lives, goals=goals, stages=stages)) as fresh:
        yield _Log(fresh, len(goals) * LIFE_EVENTS)


async def _seen(log: _Log, there: Databases, kind: Kind, projection: str) -> _Seen:
    announced = Announced()
    most = 0
    started = perf_counter()
    async with there.new(kind) as url, announced.listening(log.ground.nc, projection):
        async with service(log.ground.settings(database_url=url), "projection", projection) as process:
            reaching = asyncio.create_task(announced.reach(log.events))
            while not reaching.done():
                if process.returncode is not None:
                    raise BenchFailed("The projection has ended.")
                most = max(most, with_children_bytes(process.pid))
                await asyncio.wait([reaching], timeout=_LOOK_SECONDS)
            ended = await reaching
        check(url, projection, log.events)
    position, since = announced.first
    if position == log.events:  # in one go
        position, since = 0, started
    return _Seen(Run.of(log.events - position, ended - since), most / 1e6)


def _cases(of: dict[str, int | str], large: _Log, many: list[_Seen], small: _Log, few: list[_Seen]) -> Iterator[Case]:
    """The rates, and the memory, for which a run's rate is the figure itself."""
    at = f"at {small.events:,} events"
    of = {**of, "events": large.events}
    yield case(of, "events/s", [each.run for each in many], {at: [each.run for each in few]})
    yield case({**of, "memory": "at most"}, "MB", [each.memory for each in many], {at: [each.memory for each in few]})
