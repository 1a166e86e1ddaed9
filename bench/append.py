"""`cairn bench append`: the log alone. N writers, each storing one 300-byte event after another under its version."""

from datetime import UTC, datetime

from bench.driving import drive
from bench.entry import entry, token
from bench.ground import Ground
from bench.machine import conditions
from bench.options import Bounds, Concurrency, Stages
from bench.pairing import paired
from bench.peers.js_publish import JS_PUBLISH
from bench.result import Result, Run
from events.event import Event
from events.identity import GoalId
from events.log import Append

PEERS = (JS_PUBLISH,)


class AppendOptions(Bounds):
    """How many write at once, one case each."""

    writers: Concurrency = (1, 16, 64, 256)


async def run(options: AppendOptions, stages: Stages) -> Result:
    """Measure ours and the peers in turn, on a fresh server for every pair of runs."""
    now = conditions(options.directory)
    cases = []
    for writers in options.writers:
        with stages(f"append, {writers} writers", options.runs) as stage:
            cases.append(await paired({"writers": writers}, "appends/s", options, writers, _appends, PEERS, stage))
    return Result(benchmark="append", options=options, conditions=now, cases=tuple(cases))


async def _appends(ground: Ground, writers: int, bounds: Bounds) -> Run:
    goal_ids = [GoalId("bench", f"p{writer}", "walk") for writer in range(writers)]
    firsts = [entry(goal_id, 0, datetime.now(UTC)) for goal_id in goal_ids]
    at = [(0, 0)] * writers

    async def append(writer: int) -> None:
        version, position = at[writer]
        first = firsts[writer]
        event = Event(first.goal_id, first.source, token(version), first.time, first.actor, first.data)
        (recorded,) = await ground.log.append(Append((event,), version, position))
        at[writer] = recorded.version, recorded.position

    return await drive(writers, append, bounds)
