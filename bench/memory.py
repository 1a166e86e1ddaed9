"""`cairn bench memory`: what the goals service's memory of goals costs, by the setting that bounds it.

The service runs as its own process with `CAIRN_CACHED_GOALS`. Goals of 20 events are loaded into it, by submitting the
proposal of each again, which is answered as a duplicate: first as many as it may keep, then a quarter more.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from pydantic_core import from_json, to_json

from bench.builds import Build, beside
from bench.driving import drive
from bench.failed import BenchFailed
from bench.filling import fill
from bench.ground import Ground, ground, service
from bench.life import GOAL_EVENTS, Step, life
from bench.machine import conditions
from bench.options import Bounds, Counts, Options, Stages
from bench.pairing import in_turns
from bench.resident import resident_bytes
from bench.result import Case, Result, Run, case
from bench.room import EVENT_BYTES, SNAPSHOT_BYTES
from events.envelope import STRUCTURED, structured
from events.identity import SUBMIT, GoalId
from events.log.client.resilient import ResilientClient

_GOALS_A_PATIENT = 100
_PROPOSALS_AT_ONCE = 64
_PROPOSAL_ANSWER_SECONDS = 30.0
_LONGEST_SECONDS = 600.0
_HEADERS = {"content-type": STRUCTURED}


class MemoryOptions(Options):
    """How many goals the service may keep, one group of cases each.

    Attributes:
        against: The folder of another build, which has an environment of its own.
    """

    cached_goals: Counts = (10_000, 100_000)
    against: Path | None = None

    @property
    def disk_bytes(self) -> int:
        goals = _touched(max(self.cached_goals))
        return goals * GOAL_EVENTS * EVENT_BYTES + goals * SNAPSHOT_BYTES


class _Seen(NamedTuple):
    """The service's memory, in bytes: before its first goal, with as many as it keeps, and the most after that."""

    empty: int
    full: int
    most: int
    seconds: float


async def run(options: MemoryOptions, stages: Stages) -> Result:
    """Fill a log, and load goals into a service of its own for every run."""
    now = conditions(options.directory)
    goals = _goals(_touched(max(options.cached_goals)))

    async def filling(nc: ResilientClient) -> None:
        with stages("filling the log", len(goals) * GOAL_EVENTS) as stage:
            # A patient's goals lie together: where a goal lies in the log is no question of memory.
            for start in range(0, len(goals), _GOALS_A_PATIENT):
                patients = goals[start : start + _GOALS_A_PATIENT]
                await fill(nc, patients[:1], _plan)
                await fill(nc, patients, _goal, stage)

    cases: list[Case] = []
    async with ground(options, filling) as fresh:
        for limit in options.cached_goals:
            turns = {
                name: partial(_seen, fresh, build, goals[: _touched(limit)], limit)
                for name, build in beside(options.against).items()
            }
            with stages(f"{limit:,} goals in memory", options.runs * len(turns)) as stage:
                seen = await in_turns(turns, options.runs, stage)
            cases += _cases(limit, seen)
    return Result(benchmark="memory", options=options, conditions=now, cases=tuple(cases))


def _touched(limit: int) -> int:
    """More goals than the service keeps, by a quarter."""
    return limit + max(1, limit // 4)


def _goals(count: int) -> list[GoalId]:
    """So many goals with few plans beside them, so that the figures are about goals."""
    return [
        GoalId("bench", f"p{number // _GOALS_A_PATIENT}", f"walk-{number % _GOALS_A_PATIENT}")
        for number in range(count)
    ]


def _plan(goal_id: GoalId) -> Iterator[Step]:
    return islice(life(goal_id), 1)


def _goal(goal_id: GoalId) -> Iterator[Step]:
    return islice(life(goal_id), 1, None)


async def _seen(ground: Ground, build: Build, goals: Sequence[GoalId], limit: int) -> _Seen:
    async with service(ground.settings(cached_goals=limit), "goals", build=build) as process:
        toucher = _Toucher(ground)
        await toucher.touch(goals[:1])
        empty = resident_bytes(process.pid)
        seconds = await toucher.touch(goals[:limit])
        full = resident_bytes(process.pid)
        await toucher.touch(goals[limit:])
        return _Seen(empty, full, max(full, resident_bytes(process.pid)), seconds)


class _Toucher:
    """Has the service load goals: each has its proposal submitted again."""

    def __init__(self, ground: Ground):
        self._nc = ground.nc

    async def touch(self, goals: Sequence[GoalId]) -> float:
        """So many seconds it took."""
        left = iter(goals)
        bounds = Bounds(seconds=_LONGEST_SECONDS, count=len(goals))
        run = await drive(_PROPOSALS_AT_ONCE, lambda _: self._submit(next(left)), bounds)
        if run.operations < len(goals):
            raise BenchFailed(f"Only {run.operations:,} of {len(goals):,} goals were loaded.")
        return run.seconds

    async def _submit(self, goal_id: GoalId) -> None:
        (proposal,) = next(_goal(goal_id))
        body = to_json(structured(proposal))
        reply = await self._nc.request(goal_id.on(SUBMIT), body, timeout=_PROPOSAL_ANSWER_SECONDS, headers=_HEADERS)
        if not from_json(reply.data).get("duplicate"):
            raise BenchFailed(f"A goal was not loaded: {reply.data[:300].decode()}")


def _cases(limit: int, seen: Mapping[str, Sequence[_Seen]]) -> Iterator[Case]:
    """For each figure a case; a run's rate is the figure itself."""
    figures: dict[tuple[str, str], Callable[[_Seen], float]] = {
        ("of one goal", "bytes"): lambda each: (each.full - each.empty) / limit,
        ("of the service without goals", "MB"): lambda each: each.empty / 1e6,
        ("of the service at most", "MB"): lambda each: each.most / 1e6,
    }
    for (memory, unit), figure in figures.items():
        runs = {
            name: [Run(operations=limit, seconds=round(each.seconds, 4), rate=round(figure(each), 1)) for each in of]
            for name, of in seen.items()
        }
        yield case({"cached_goals": limit, "memory": memory}, unit, runs.pop(""), runs)
