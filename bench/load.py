"""`cairn bench load`: one goal of 20 events out of many, read from the log with nothing cached.

One reader reads random goals one after another, so each figure is the time that a cold load of a goal takes. The goals'
events lie apart in the log, as they do when many people work at the same time.
"""

import random

from bench.driving import drive
from bench.filling import fill
from bench.ground import BenchFailed, ground
from bench.life import GOAL_EVENTS, goal_ids, life
from bench.machine import conditions
from bench.options import Bounds, Count, Stages
from bench.result import Result, case

_SEED = 20


class LoadOptions(Bounds):
    """About how many events the log has."""

    events: Count = 100_000


async def run(options: LoadOptions, stages: Stages) -> Result:
    """Fill a log and read from it."""
    now = conditions(options.directory)
    goals = goal_ids("bench", max(1, options.events // (GOAL_EVENTS + 1)))
    drawn = random.Random(_SEED)
    async with ground(options) as fresh:

        async def read(_: int) -> None:
            goal_id = drawn.choice(goals)
            found = len(await fresh.log.read(goal_id))
            if found != GOAL_EVENTS:
                raise BenchFailed(f"{goal_id} has {GOAL_EVENTS} events, and {found} were read.")

        with stages("filling the log", options.events) as stage:
            filled = await fill(fresh.log, [life(goal_id) for goal_id in goals], stage)
        with stages("load", options.runs) as stage:
            runs = []
            for _ in range(options.runs):
                runs.append(await drive(1, read, options))
                stage.advance()
    cases = (case({"events": filled, "goals": len(goals)}, "loads/s", runs, {}),)
    return Result(benchmark="load", options=options, conditions=now, cases=cases)
