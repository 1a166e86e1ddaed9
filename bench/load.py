"""`cairn bench load`: what it takes to have the history of one goal of 20 events, out of many goals.

One reader asks for random goals one after another, in the way of the goals service: from its memory, through a
snapshot, and from the log. Then one client submits to the service itself, to goals in its memory and to goals that it
has to load first.
"""

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager

from bench.driving import drive
from bench.filling import fill_with_lives
from bench.ground import Ground, ground
from bench.life import GOAL_EVENTS, LIFE_EVENTS, goal_ids
from bench.loading import WITH_PLAN, Operation, anew, events_alone, in_memory, submitted
from bench.machine import conditions
from bench.options import Bounds, Count, Stages
from bench.result import Result, case
from bench.room import EVENT_BYTES, SNAPSHOT_BYTES
from bench.snapshotting import HALF, Kept, write_snapshots
from events.log.client.resilient import ResilientClient

_FEWEST_GOALS = 4
_GOALS_IN_MEMORY = 1000

_Case = tuple[str, str, AbstractAsyncContextManager[Operation]]
"""What is done, where the history is, and how."""


class LoadOptions(Bounds):
    """About how many events the log has."""

    events: Count = 100_000

    @property
    def disk_bytes(self) -> int:
        return self.events * EVENT_BYTES + self.events // GOAL_EVENTS * SNAPSHOT_BYTES


async def run(options: LoadOptions, stages: Stages) -> Result:
    """Fill a log, write snapshots, start the server anew, and load."""
    now = conditions(options.directory)
    goals = goal_ids("bench", max(_FEWEST_GOALS, options.events // LIFE_EVENTS))
    events = len(goals) * LIFE_EVENTS

    async def filling(nc: ResilientClient) -> None:
        await fill_with_lives(nc, goals, stages)
        with stages("writing snapshots", len(goals)) as stage:
            await write_snapshots(nc, goals, stage)

    cases = []
    async with ground(options, filling) as fresh:
        for what, history, opened in _cases(fresh, Kept.of(goals)):
            with stages(f"{what}, {history}", options.runs) as stage:
                runs = []
                async with opened as operation:
                    for _ in range(options.runs):
                        runs.append(await drive(1, operation, options))
                        stage.advance()
            of: dict[str, int | str] = {what: history, "events": events, "goals": len(goals)}
            cases.append(case(of, f"{what}s/s", runs, {}))
    return Result(benchmark="load", options=options, conditions=now, cases=tuple(cases))


def _cases(ground: Ground, kept: Kept) -> Iterator[_Case]:
    # What meets a goal through its snapshot comes first: the server has then just started, and has nothing at hand.
    yield "load", "through a snapshot", anew(ground, kept.whole, GOAL_EVENTS)
    yield "load", f"through a snapshot {HALF} events old", anew(ground, kept.half, HALF)
    yield "load", "without a snapshot", anew(ground, kept.none, 0)
    yield "load", "events alone", events_alone(ground, kept.none)
    yield "load", "in memory", in_memory(ground, kept.whole[:_GOALS_IN_MEMORY])
    yield "submission", "history loaded first", submitted(ground, kept.whole[1::2], WITH_PLAN)
    yield (
        "submission",
        "history in memory",
        submitted(ground, kept.whole[: 2 * _GOALS_IN_MEMORY : 2], WITH_PLAN * _GOALS_IN_MEMORY),
    )
