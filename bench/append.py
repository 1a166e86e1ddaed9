"""`cairn bench append`: the log alone. N writers, each storing one 300-byte event after another under its version."""

from datetime import UTC, datetime

from bench.at_best import at_best
from bench.driving import drive
from bench.entry import entry, token
from bench.ground import Ground
from bench.machine import conditions
from bench.options import Bounds, Concurrency, Stages
from bench.pairing import paired
from bench.peers import NAMES
from bench.peers.catalog import peer
from bench.peers.roll_call import roll_call
from bench.result import Compared, Run
from events.event import Event
from events.identity import GoalId
from events.log import Append


class AppendOptions(Bounds):
    """How many write at once, one case each, and beside which peers."""

    writers: Concurrency = (1, 16, 64, 256)
    peers: tuple[str, ...] = NAMES


async def run(options: AppendOptions, stages: Stages) -> Compared:
    """Measure ours and the peers in turn, on fresh servers for every round of runs."""
    now = conditions(options.directory)
    asked = [peer(name) for name in dict.fromkeys(options.peers)]
    with stages("trying the peers", len(asked)) as stage:
        peers, absent = await roll_call(asked, options, stage)
    cases = []
    for writers in options.writers:
        with stages(f"append, {writers} writers", options.runs) as stage:
            cases.append(await paired({"writers": writers}, "appends/s", options, writers, appends, peers, stage))
    return Compared(
        benchmark="append",
        options=options,
        conditions=now,
        cases=tuple(cases),
        at_best=at_best(cases, "writers"),
        unavailable=absent,
    )


async def appends(ground: Ground, writers: int, bounds: Bounds, org: str = "bench") -> Run:
    """One run of ours, about goals of an organisation that the log does not know yet."""
    goal_ids = [GoalId(org, f"p{writer}", "walk") for writer in range(writers)]
    firsts = [entry(goal_id, 0, datetime.now(UTC)) for goal_id in goal_ids]
    at = [(0, 0)] * writers

    async def append(writer: int) -> None:
        version, position = at[writer]
        first = firsts[writer]
        event = Event(first.goal_id, first.source, token(version), first.time, first.actor, first.data)
        (recorded,) = await ground.log.append(Append((event,), version, position))
        at[writer] = recorded.version, recorded.position

    return await drive(writers, append, bounds)
