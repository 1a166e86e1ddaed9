"""`cairn bench http`: what the gateway answers over HTTP, with a token and with a record of each reading.

N connections stay open, and each has one request under way. The goals service, the projections, the record of readings,
the gateway and the server are processes of their own. Clients submit daily entries, and read what an application reads:
one goal, lists of 50.
"""

from typing import Annotated

from pydantic import Field

from bench.filling import fill
from bench.gateway import ORG, gateway
from bench.ground import ground
from bench.http_connection import http_connections
from bench.http_load import HttpLoad
from bench.http_requests import REQUESTS, Request
from bench.life import activation, goal_ids
from bench.machine import conditions
from bench.options import Bounds, Concurrency, Count, Stages
from bench.result import Result, case

PROJECTIONS = ("goal_state", "review_schedule")


class HttpOptions(Bounds):
    """What is asked, over how many connections, one case each, and how many active goals there are."""

    requests: Annotated[tuple[Request, ...], Field(min_length=1)] = REQUESTS
    connections: Concurrency = (1, 32, 64)
    goals: Count = 1000


async def run(options: HttpOptions, stages: Stages) -> Result:
    """Measure each request over each number of connections, all on one server."""
    now = conditions(options.directory)
    cases = []
    async with ground(options) as fresh:
        goals = goal_ids(ORG, max(options.goals, *options.connections))
        await fill(fresh.nc, goals, activation)
        async with gateway(fresh, PROJECTIONS) as (port, token):
            load = HttpLoad(goals)
            async with http_connections(port, 1, token) as connections:
                await load.once_around(connections)
            for request in sorted(options.requests, key=REQUESTS.index):
                for width in options.connections:
                    with stages(f"{request}, {width} connections", options.runs) as stage:
                        runs = []
                        async with http_connections(port, width, token) as connections:
                            for _ in range(options.runs):
                                runs.append(await load.run(request, connections, options))
                                stage.advance()
                    of: dict[str, int | str] = {"request": request, "connections": width}
                    cases.append(case(of, "answers/s", runs, {}))
    return Result(benchmark="http", options=options, conditions=now, cases=tuple(cases))
