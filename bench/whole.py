"""`cairn bench whole`: the whole installation while everything is live, as `cairn up` runs it, with SQLite.

A client outside submits daily entries by NATS request/reply, at a steady rate and then so many at a time. Each run has
an installation of its own. Another build of Cairn, and what would be used instead, take turns with it.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from bench.builds import Build, beside
from bench.endurance import SUBMISSIONS_A_SECOND, endure
from bench.gateway import ORG
from bench.ground import ground
from bench.life import goal_ids
from bench.live import Seen, at_once, live, steadily
from bench.machine import conditions
from bench.options import Bounds, Concurrency, Count, Minutes, Rate, Stages
from bench.pairing import Turn, in_turns
from bench.peers import LIVE
from bench.peers.catalog import peer
from bench.peers.peer import Peer
from bench.peers.roll_call import roll_call
from bench.result import Absent, Case, Compared, case
from bench.room import ENTRY_BYTES, ROW_BYTES
from projections.catalog import NAMES

_AT_FIRST = "in the first minutes"


class WholeOptions(Bounds):
    """At which steady rate is submitted, and then how many submissions are in flight, one case each.

    Attributes:
        goals: Active goals that the entries go round.
        against: The folder of another build, which has an environment of its own.
        minutes: How long the endurance case is, which is then the only one.
    """

    rate: Rate = 500.0
    clients: Concurrency = (1, 16, 64, 256)
    goals: Count = 1000
    against: Path | None = None
    peers: tuple[str, ...] = LIVE
    minutes: Minutes | None = None

    @property
    def disk_bytes(self) -> int:
        entries = (self.minutes or 0) * 60 * SUBMISSIONS_A_SECOND
        return int(entries * (ENTRY_BYTES + len(NAMES) * ROW_BYTES))


async def run(options: WholeOptions, stages: Stages) -> Compared:
    """Measure this build, the other one and the peers in turns."""
    now = conditions(options.directory)
    builds = beside(options.against)
    absent: tuple[Absent, ...] = ()
    if options.minutes is not None:
        cases = await _endurance(builds, options, options.minutes, stages)
    else:
        asked = [peer(name) for name in dict.fromkeys(options.peers)]
        with stages("trying the peers", len(asked)) as stage:
            peers, absent = await roll_call(asked, options, stage)
        cases = await _loads(builds, peers, options, stages)
    return Compared(
        benchmark="whole", options=options, conditions=now, cases=tuple(cases), at_best=None, unavailable=absent
    )


async def _loads(
    builds: Mapping[str, Build], peers: Sequence[Peer], options: WholeOptions, stages: Stages
) -> list[Case]:
    of: dict[str, int | str] = {"submitted": f"{options.rate:g}/s"}
    turns: dict[str, Turn[Seen]] = {name: partial(_steadily, build, options) for name, build in builds.items()}
    with stages(f"whole, {options.rate:g}/s", options.runs * len(turns)) as stage:
        found = await in_turns(turns, options.runs, stage)
    cases = [_submitted(of, found), _visible(of, found, {})]
    at_rate = {f"at {options.rate:g}/s": found[""]}
    for clients in options.clients:
        of = {"clients": clients}
        turns = {name: partial(_at_once, build, clients, options) for name, build in builds.items()}
        turns |= {peer.name: partial(_stored, peer, clients, options) for peer in peers}
        with stages(f"whole, {clients} clients", options.runs * len(turns)) as stage:
            found = await in_turns(turns, options.runs, stage)
        cases += [_submitted(of, found), _visible(of, found, at_rate)]
    return cases


async def _steadily(build: Build, options: WholeOptions) -> Seen:
    async with live(build, options, goal_ids(ORG, options.goals)) as there:
        return await steadily(there, options.rate, options.seconds)


async def _at_once(build: Build, clients: int, options: WholeOptions) -> Seen:
    async with live(build, options, goal_ids(ORG, max(options.goals, clients))) as there:
        return await at_once(there, clients, options)


async def _stored(peer: Peer, clients: int, options: WholeOptions) -> Seen:
    async with ground(options) as fresh:
        return Seen(await peer.appends(fresh, clients, options))


def _submitted(of: Mapping[str, int | str], found: Mapping[str, Sequence[Seen]]) -> Case:
    runs = {name: [each.submitted for each in seen] for name, seen in found.items()}
    return case(dict(of), "submissions/s", runs.pop(""), runs)


def _visible(
    of: Mapping[str, int | str], found: Mapping[str, Sequence[Seen]], others: Mapping[str, Sequence[Seen]]
) -> Case:
    """From the outcome until it is visible: of the builds, and over what it was like under another load."""
    runs = {
        name: [each.visible for each in seen if each.visible is not None] for name, seen in {**found, **others}.items()
    }
    return case({**of, "until": "visible"}, "events/s", runs.pop(""), {k: v for k, v in runs.items() if v})


async def _endurance(builds: Mapping[str, Build], options: WholeOptions, minutes: float, stages: Stages) -> list[Case]:
    """For each build, what was done in the last minutes, over what it did in the first."""
    turns = {name: partial(endure, build, options, minutes) for name, build in builds.items()}
    with stages(f"whole, {minutes:g} minutes", options.runs * len(turns)) as stage:
        found = await in_turns(turns, options.runs, stage)
    return [
        case(
            {"what": what, "minutes": f"{minutes:g}", **({"of": name} if name else {})},
            f"{what}/s",
            [endured[what].last for endured in runs],
            {_AT_FIRST: [endured[what].first for endured in runs]},
        )
        for name, runs in found.items()
        for what in runs[0]
    ]
