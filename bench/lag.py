"""`cairn bench lag`: how long after its outcome an event can be read.

Daily entries are submitted at a steady rate, whatever the answers do. The goals service, the goal_state projection, the
gateway and the server are processes of their own. Three spans are timed of the same entries:

- from the outcome's arrival until the projection has announced the entry's position (0 when that came first),
- from sending the submission until then,
- from the outcome's arrival until the gateway has answered `GET …/goals/GOAL?min_position=` over HTTP; only one entry
  of so many is read, because a reader would not ask for each.
"""

from time import perf_counter
from typing import NamedTuple

from bench.announced import Announced
from bench.driving import pace
from bench.filling import fill
from bench.gateway import ORG, gateway
from bench.ground import Ground, ground
from bench.http_connection import HttpReaders, http_connections
from bench.life import activation, goal_ids
from bench.machine import conditions
from bench.options import Count, Options, Rate, Seconds, Stages
from bench.result import Result, Run, case
from bench.submitter import Submitter

PROJECTION = "goal_state"
_CONNECTIONS = 8


class LagOptions(Options):
    """How many entries are submitted each second, for how long, among how many goals.

    Attributes:
        read_every: One entry of so many is read over HTTP.
    """

    rate: Rate = 500.0
    seconds: Seconds = 10.0
    goals: Count = 1000
    read_every: Count = 10


class _Entry(NamedTuple):
    """One submitted entry: its position, and when what happened by this process's clock."""

    position: int
    sent: float
    answered: float
    read: float | None


async def run(options: LagOptions, stages: Stages) -> Result:
    """Submit at the rate and see when it is visible; all runs on one server."""
    now = conditions(options.directory)
    spans: dict[tuple[str, str], list[Run]] = {}
    async with ground(options) as fresh:
        goals = goal_ids(ORG, options.goals)
        await fill(fresh.nc, goals, activation)
        async with (
            gateway(fresh, (PROJECTION,)) as (port, token),
            http_connections(port, _CONNECTIONS, token) as connections,
        ):
            readers = HttpReaders(connections)
            submitter = Submitter(fresh.nc, goals)
            await submitter.once_around()
            with stages("lag", options.runs) as stage:
                for _ in range(options.runs):
                    for span, measured in (await _run(fresh, submitter, readers, options)).items():
                        spans.setdefault(span, []).append(measured)
                    stage.advance()
    cases = [
        case({"from": begin, "to": end, "submitted": f"{options.rate:g}/s"}, "events/s", runs, {})
        for (begin, end), runs in spans.items()
    ]
    return Result(benchmark="lag", options=options, conditions=now, cases=tuple(cases))


async def _run(
    ground: Ground, submitter: Submitter, readers: HttpReaders, options: LagOptions
) -> dict[tuple[str, str], Run]:
    announced = Announced()
    async with announced.listening(ground.nc, PROJECTION):
        began = perf_counter()
        entries = await _submitted(submitter, readers, options)
        visible = [await announced.reach(entry.position) for entry in entries]
        took = perf_counter() - began
    lags = [max(0.0, seen - entry.answered) for entry, seen in zip(entries, visible, strict=True)]
    ways = [seen - entry.sent for entry, seen in zip(entries, visible, strict=True)]
    reads = [entry.read - entry.answered for entry in entries if entry.read is not None]
    return {
        ("outcome", "announced"): Run.of(len(lags), took, lags),
        ("submission", "announced"): Run.of(len(ways), took, ways),
        ("outcome", "read over HTTP"): Run.of(len(reads), took, reads),
    }


async def _submitted(submitter: Submitter, readers: HttpReaders, options: LagOptions) -> list[_Entry]:
    """Submit at the rate; an answer that is late holds nothing up."""
    entries: list[_Entry] = []

    async def submit(number: int, _: float) -> None:
        sent = perf_counter()
        goal_id, position = await submitter.submit()
        answered, read = perf_counter(), None
        if number % options.read_every == 0:
            path = f"/v1/orgs/{goal_id.org}/patients/{goal_id.patient}/goals/{goal_id.goal}"
            await readers.get(f"{path}?min_position={position}")
            read = perf_counter()
        entries.append(_Entry(position, sent, answered, read))

    await pace(options.rate, options.seconds, submit)
    return entries
