"""`cairn bench submit`: the whole path by NATS request/reply, as an integrating system takes it.

N requests are in flight from this process; the goals service and the server are processes of their own. Each request is
a daily entry for an active goal; its outcome says that it was recorded.
"""

from bench.driving import all_of, drive
from bench.filling import fill
from bench.ground import Ground, service
from bench.life import activation, goal_ids
from bench.machine import conditions
from bench.options import Bounds, Concurrency, Count, Stages
from bench.pairing import paired
from bench.peers.js_publish import JS_PUBLISH
from bench.result import Result, Run
from bench.submitter import Submitter

PEERS = (JS_PUBLISH,)


class SubmitOptions(Bounds):
    """How many requests are in flight, one case each, and among how many active goals they go round."""

    clients: Concurrency = (1, 16, 64, 256)
    goals: Count = 1000


async def run(options: SubmitOptions, stages: Stages) -> Result:
    """Measure ours and the peers in turn, on a fresh server for every pair of runs."""
    now = conditions(options.directory)
    cases = []
    for clients in options.clients:
        with stages(f"submit, {clients} clients", options.runs) as stage:

            async def ours(ground: Ground, clients: int, bounds: Bounds) -> Run:
                return await submissions(ground, clients, bounds, options.goals)

            cases.append(await paired({"clients": clients}, "submissions/s", options, clients, ours, PEERS, stage))
    return Result(benchmark="submit", options=options, conditions=now, cases=tuple(cases))


async def submissions(ground: Ground, clients: int, bounds: Bounds, goals: int) -> Run:
    """One run: so many in flight, going round so many active goals, on a ground where nothing is recorded yet."""
    ids = goal_ids("bench", max(goals, clients))
    await fill(ground.nc, ids, activation)
    async with service(ground.settings(), "goals"):
        # Each goal once before the clock runs: the service has then loaded them all.
        submitters = [Submitter(ground.nc, ids[client::clients]) for client in range(clients)]
        await all_of(each.once_around() for each in submitters)
        return await drive(clients, lambda client: submitters[client].submit(), bounds)
