"""`cairn bench growth`: whether the log takes events as quickly when it has grown.

Two logs are filled, a small and a large one, each on a server of its own. Then ours of `bench append` is measured on
both in turn, so that whatever else the machine does meets both.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from bench.append import appends
from bench.failed import BenchFailed
from bench.filling import fill_with_lives
from bench.ground import Ground, ground
from bench.life import LIFE_EVENTS, goal_ids
from bench.machine import conditions
from bench.options import Bounds, Concurrency, Count, Stages
from bench.result import Result, Run, case
from bench.room import ENTRY_BYTES, EVENT_BYTES

_MAX_APPENDS_A_SECOND = 30_000  # each second, for the room that they take


class GrowthOptions(Bounds):
    """About how many events the two logs have, and how many write at once, one case each."""

    smaller: Count = 100_000
    larger: Count = 5_000_000
    writers: Concurrency = (64, 256)

    @property
    def disk_bytes(self) -> int:
        appended = (
            2 * len(self.writers) * self.runs * min(self.seconds * _MAX_APPENDS_A_SECOND, self.count or float("inf"))
        )
        return (self.smaller + self.larger) * EVENT_BYTES + int(appended) * ENTRY_BYTES


async def run(options: GrowthOptions, stages: Stages) -> Result:
    """Fill both, and measure in turn; the small log is the peer, so its ratio is the mark's."""
    if options.larger < options.smaller:
        raise BenchFailed(f"The log cannot grow from {options.smaller:,} events to {options.larger:,}.")
    now = conditions(options.directory)
    cases = []
    async with (
        _filled(options, options.smaller, stages) as (small, few),
        _filled(options, options.larger, stages) as (large, many),
    ):
        for writers in options.writers:
            on_small: list[Run] = []
            on_large: list[Run] = []
            with stages(f"append, {writers} writers", options.runs) as stage:
                for number in range(options.runs):
                    turns = [(large, on_large), (small, on_small)]
                    for each, runs in turns if number % 2 == 0 else reversed(turns):
                        runs.append(await appends(each, writers, options, f"run-{writers}-{number}"))
                    stage.advance()
            of: dict[str, int | str] = {"writers": writers, "events": many}
            cases.append(case(of, "appends/s", on_large, {f"at {few:,} events": on_small}))
    return Result(benchmark="growth", options=options, conditions=now, cases=tuple(cases))


@asynccontextmanager
async def _filled(options: GrowthOptions, events: int, stages: Stages) -> AsyncIterator[tuple[Ground, int]]:
    goals = goal_ids("bench", max(1, events // LIFE_EVENTS))
    async with ground(options, partial(fill_with_lives, goals=goals, stages=stages)) as fresh:
        yield fresh, len(goals) * LIFE_EVENTS
