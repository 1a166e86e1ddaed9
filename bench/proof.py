"""`cairn bench proof`: what it costs that a stranger can check the log, part by part.

The tree alone, over nothing but two hashes a leaf. A notary that begins with a long log, over following it alone. One
proof in a large tree, over one in a small tree. The check of an export, over what aics-tlog takes for the same proofs.
Submissions beside a notary, over submissions without.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from bench.builds import OURS, Build, beside
from bench.exported_history import checked, exported, judged, single_proofs, with_notary
from bench.filling import fill_with_lives
from bench.ground import ground, workplace
from bench.life import LIFE_EVENTS, goal_ids
from bench.machine import conditions
from bench.options import Bounds, Count, Stages
from bench.pairing import Turn, in_turns
from bench.proof_parts import PARTS
from bench.reading_through import FOLLOWING, NOTARY, read_through
from bench.result import Absent, Case, Compared, Run, case
from bench.room import EVENT_BYTES
from bench.submit import submissions
from bench.trees import TREE_BYTES, grow, hash_twice, largest_proof, plant, prove, some_leaves

_ORG = "bench"
_OURS = ""
_JUDGE = "aics-tlog"


class ProofOptions(Bounds):
    """Which parts are measured, and how large each is.

    Attributes:
        parts: Of :data:`bench.proof_parts.PARTS`.
        leaves: Of the tree alone.
        events: About how many the log has that a notary begins with.
        smaller, larger: Leaves of the trees in which one event is proven.
        exported: About how many events an export has.
        clients: How many submissions are in flight.
        goals: Active goals that they go round.
        judge: An interpreter in whose environment aics-tlog is; without it the check of an export stands alone.
        against: The folder of another build, which has an environment of its own; its following is read beside ours.
    """

    parts: tuple[str, ...] = PARTS
    leaves: Count = 200_000
    events: Count = 60_000
    smaller: Count = 50_000
    larger: Count = 5_000_000
    exported: Count = 10_000
    clients: Count = 64
    goals: Count = 1000
    judge: Path | None = None
    against: Path | None = None

    @property
    def disk_bytes(self) -> int:
        logs = max(self.events, self.exported) * EVENT_BYTES
        return logs + (self.smaller + self.larger) * TREE_BYTES


async def run(options: ProofOptions, stages: Stages) -> Compared:
    """Measure the parts that are asked for, one after the other."""
    now = conditions(options.directory)
    cases: list[Case] = []
    for part in options.parts:
        cases += await _MEASURES[part](options, stages)
    no_judge = "name the interpreter of an environment that has it with --judge"
    absent = (Absent(name=_JUDGE, unavailable=no_judge),) if options.judge is None and "export" in options.parts else ()
    return Compared(
        benchmark="proof", options=options, conditions=now, cases=tuple(cases), at_best=None, unavailable=absent
    )


async def _tree(options: ProofOptions, stages: Stages) -> list[Case]:
    leaves = some_leaves(options.leaves)
    with workplace(options) as folder:
        turns = {
            _OURS: partial(asyncio.to_thread, grow, leaves, folder),
            "hashlib": partial(asyncio.to_thread, hash_twice, leaves),
        }
        with stages("the tree alone", options.runs * len(turns)) as stage:
            found = await in_turns(turns, options.runs, stage)
    return [_case({"what": "tree", "leaves": options.leaves}, "leaves/s", found)]


async def _catching_up(options: ProofOptions, stages: Stages) -> list[Case]:
    goals = goal_ids(_ORG, max(1, options.events // LIFE_EVENTS))
    events = len(goals) * LIFE_EVENTS
    async with ground(options, partial(fill_with_lives, goals=goals, stages=stages)) as fresh:
        tiles = (fresh.directory / f"tiles-{number}" for number in range(options.runs))

        def following(build: Build) -> Turn[Run]:
            return lambda: read_through(build, FOLLOWING, fresh.nats_url, events, fresh.directory)

        turns: dict[str, Turn[Run]] = {
            _OURS: lambda: read_through(OURS, NOTARY, fresh.nats_url, events, next(tiles)),
            "following": following(OURS),
            **{f"{name}, following": following(build) for name, build in beside(options.against).items() if name},
        }
        with stages("a notary that catches up", options.runs * len(turns)) as stage:
            found = await in_turns(turns, options.runs, stage)
    return [_case({"what": "catching up", "events": events}, "events/s", found)]


async def _one_proof(options: ProofOptions, stages: Stages) -> list[Case]:
    sizes = {_OURS: options.larger, f"among {options.smaller:,}": options.smaller}
    with workplace(options) as folder:
        trees = {}
        with stages("planting two trees", sum(sizes.values())) as stage:
            for name, size in sizes.items():
                trees[name] = await asyncio.to_thread(plant, folder / str(size), size, stage)
        turns = {name: partial(asyncio.to_thread, prove, tree) for name, tree in trees.items()}
        with stages("one proof", options.runs * len(turns)) as stage:
            found = await in_turns(turns, options.runs, stage)
        most = {name: largest_proof(folder / str(size), size) for name, size in sizes.items()}
    of: dict[str, int | str] = {"what": "one proof", "leaves": options.larger}
    cases = [_case(of, "proofs/s", found)]
    for place, (part, unit) in enumerate((("hashes", "bytes"), ("tiles", "tiles"))):
        figures = {name: [Run(operations=1, seconds=0.0, rate=float(each[place]))] for name, each in most.items()}
        cases.append(_case({**of, "of": part}, unit, figures))
    return cases


async def _export(options: ProofOptions, stages: Stages) -> list[Case]:
    goals = goal_ids(_ORG, max(1, options.exported // LIFE_EVENTS))
    async with ground(options, partial(fill_with_lives, goals=goals, stages=stages)) as fresh:
        folder, proofs = fresh.directory / "history", fresh.directory / "proofs.json"
        async with with_notary(fresh) as settings:
            events = await exported(fresh, settings, _ORG, folder)
        turns: dict[str, Turn[Run]] = {_OURS: lambda: checked(folder, events)}
        if (judge := options.judge) is not None:
            proofs.write_bytes(await asyncio.to_thread(single_proofs, folder))
            turns[_JUDGE] = lambda: judged(judge, proofs, events)
        with stages("checking an export", options.runs * len(turns)) as stage:
            found = await in_turns(turns, options.runs, stage)
    return [_case({"what": "checking an export", "events": events}, "events/s", found)]


async def _submissions(options: ProofOptions, stages: Stages) -> list[Case]:
    async def measured(*, notarised: bool) -> Run:
        async with ground(options) as fresh, AsyncExitStack() as stack:
            if notarised:
                await stack.enter_async_context(with_notary(fresh))
            return await submissions(fresh, options.clients, options, options.goals)

    turns: dict[str, Turn[Run]] = {
        _OURS: lambda: measured(notarised=True),
        "without a notary": lambda: measured(notarised=False),
    }
    with stages("submissions beside a notary", options.runs * len(turns)) as stage:
        found = await in_turns(turns, options.runs, stage)
    return [_case({"what": "submissions", "clients": options.clients}, "submissions/s", found)]


def _case(of: dict[str, int | str], unit: str, found: Mapping[str, Sequence[Run]]) -> Case:
    return case(of, unit, found[_OURS], {name: runs for name, runs in found.items() if name != _OURS})


_MEASURES: Mapping[str, Callable[[ProofOptions, Stages], Awaitable[list[Case]]]] = {
    "tree": _tree,
    "catching-up": _catching_up,
    "one-proof": _one_proof,
    "export": _export,
    "submissions": _submissions,
}
"""The parts by their names, which are :data:`bench.proof_parts.PARTS`."""
