"""`cairn bench rebuild`: projections from position 0 to the end of a log of synthetic goals.

Each projection by itself is the one that `cairn serve projection` runs, here in this process; the clock runs from its
start until it announces that the log's last event is in its tables. Beside goal_state the peers catch up with the same
events in their own store. Then all projections at once, each as a process of its own.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial

from bench.catching_up import alone, together
from bench.databases import KINDS, Databases, Kind, databases
from bench.filling import fill_with_lives
from bench.ground import Ground, ground
from bench.life import LIFE_EVENTS, goal_ids
from bench.machine import conditions
from bench.options import Count, Options, Stages
from bench.pairing import in_turns
from bench.peers import PROJECTIONS
from bench.peers.catalog import projection_peer
from bench.peers.peer import Unavailable
from bench.result import Absent, Case, Compared, Run, case
from bench.room import EVENT_BYTES, ROW_BYTES
from projections.catalog import NAMES

_COMPARED = "goal_state"
_Measure = Callable[[], Awaitable[Run]]


class RebuildOptions(Options):
    """About how many events the log has, and which projections are built from them, where; one case each.

    Attributes:
        peer_events: About how many events the peers catch up with, as they take a hundred times as long.
        together: Whether all projections are also built at once.
    """

    events: Count = 200_000
    projections: tuple[str, ...] = NAMES
    databases: tuple[Kind, ...] = KINDS
    peers: tuple[str, ...] = PROJECTIONS
    peer_events: Count = 20_000
    together: bool = True

    @property
    def disk_bytes(self) -> int:
        return self.events * (EVENT_BYTES + len(self.projections) * ROW_BYTES)


async def run(options: RebuildOptions, stages: Stages) -> Compared:
    """Fill a log and build every projection from it, one at a time, then all at once."""
    now = conditions(options.directory)
    goals = goal_ids("bench", max(1, options.events // LIFE_EVENTS))
    filled = len(goals) * LIFE_EVENTS
    cases: list[Case] = []
    async with AsyncExitStack() as stack:
        fresh = await stack.enter_async_context(ground(options, partial(fill_with_lives, goals=goals, stages=stages)))
        there = await stack.enter_async_context(databases(fresh.directory, options.databases))
        peers, absent = await _peers(options, there, stack, stages)
        for name in options.projections:
            beside = peers if name == _COMPARED else {}
            cases += await _one(fresh, there, name, filled, beside, options, stages)
        if options.together:
            cases += await _all(fresh, there, filled, options, stages)
    return Compared(
        benchmark="rebuild",
        options=options,
        conditions=now,
        cases=tuple(cases),
        at_best=None,
        unavailable=(*there.absent, *absent),
    )


async def _one(
    ground: Ground,
    there: Databases,
    name: str,
    events: int,
    peers: Mapping[str, _Measure],
    options: RebuildOptions,
    stages: Stages,
) -> list[Case]:
    """One projection on each database, and its peers, in turn."""

    async def ours(kind: Kind) -> Run:
        async with there.new(kind) as url:
            return await alone(ground, name, events, url)

    measures: dict[str, _Measure] = {**{kind: partial(ours, kind) for kind in there.kinds}, **peers}
    with stages(f"rebuild of {name}", options.runs * len(measures)) as stage:
        runs = await in_turns(measures, options.runs, stage)
    beside = {peer: runs[peer] for peer in peers}
    return [
        case({"projection": name, "events": events, "database": kind}, "events/s", runs[kind], beside)
        for kind in there.kinds
    ]


async def _all(ground: Ground, there: Databases, events: int, options: RebuildOptions, stages: Stages) -> list[Case]:
    cases = []
    for kind in there.kinds:
        runs = []
        with stages(f"all projections together, {kind}", options.runs) as stage:
            for _ in range(options.runs):
                async with there.new(kind) as url:
                    runs.append(await together(ground, options.projections, events, url))
                stage.advance()
        of: dict[str, int | str] = {"projection": "all together", "events": events, "database": kind}
        cases.append(case(of, "events/s", runs, {}))
    return cases


async def _peers(
    options: RebuildOptions, there: Databases, stack: AsyncExitStack, stages: Stages
) -> tuple[dict[str, _Measure], Sequence[Absent]]:
    """The peers that are there, each with its events stored, and those that are not."""
    present: dict[str, _Measure] = {}
    absent: list[Absent] = []
    goals = goal_ids("bench", max(1, options.peer_events // LIFE_EVENTS))
    for name in options.peers if _COMPARED in options.projections else ():
        try:
            present[name] = await stack.enter_async_context(projection_peer(name, there, goals, stages))
        except Unavailable as reason:
            absent.append(Absent(name=name, unavailable=str(reason)))
    return present, absent
