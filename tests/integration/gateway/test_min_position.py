"""Reading one's own write: every read waits for the projection behind it, and not for ever."""

import asyncio
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from events.identity import GoalId
from events.log import Log
from events.log.client.resilient import ResilientClient
from projections.engine.database import open_database
from services.gateway.app import create_app
from services.gateway.gateway import open_gateway
from services.settings import Settings
from tests.builders import active_goal, entry, event
from tests.integration.gateway.http import Http

READS = (
    "/v1/orgs/{org}/goals",
    "/v1/orgs/{org}/patients/p1/goals",
    "/v1/orgs/{org}/patients/p1/plan",
    "/v1/orgs/{org}/patients/p1/goals/g1",
    "/v1/orgs/{org}/patients/p1/goals/g1/history",
    "/v1/orgs/{org}/patients/p1/goals/g1/diff?from=0&to=1",
    "/v1/orgs/{org}/patients/p1/tree",
    "/v1/orgs/{org}/patients/p1/series",
    "/v1/orgs/{org}/patients/p1/reviews.ics",
    "/v1/orgs/{org}/reviews",
    "/v1/orgs/{org}/reviews.ics",
    "/v1/orgs/{org}/caseload",
    "/v1/orgs/{org}/waiting",
    "/v1/orgs/{org}/evidence",
    "/v1/orgs/{org}/evidence?format=csv",
    "/v1/orgs/{org}/audit",
)
"""Every read of a projection: the OpenAPI document has them all, and one that is added is missed here."""


async def test_a_writer_reads_each_of_its_writes(http: Http, org: str) -> None:
    goal = GoalId(org, "p1", "g1")
    await http.record(*active_goal(goal))

    for number in range(20):
        position = await http.record(event(goal, entry(f"e{number}")))
        read = await http.get(f"/v1/orgs/{org}/patients/p1/goals/g1", min_position=position)
        assert read["progress"][-1]["entry"] == f"e{number}"


@pytest.mark.parametrize("read", READS)
async def test_every_read_waits(http: Http, org: str, read: str) -> None:
    position = await http.record(*active_goal(GoalId(org, "p1", "g1")))

    response = await http.client.get(read.format(org=org), params={**_query(read), "min_position": str(position)})

    assert response.status_code == 200, response.text


@pytest.mark.parametrize("read", READS)
async def test_a_projection_that_stays_behind_is_503(
    nc: ResilientClient, log: Log, settings: Settings, http: Http, org: str, read: str
) -> None:
    position = await http.record(*active_goal(GoalId(org, "p1", "g1")))
    engine = open_database(settings.database_address)
    async with open_gateway(nc, engine, wait_seconds=0.3) as gateway:
        transport = httpx.ASGITransport(create_app(gateway))
        async with httpx.AsyncClient(transport=transport, base_url="http://cairn") as client:
            query = {**_query(read), "min_position": str(position + 1_000_000)}
            response = await client.get(read.format(org=org), params=query)
    engine.dispose()

    assert response.status_code == 503
    assert response.json()["code"] == "projection.behind"
    assert f"not yet {position + 1_000_000}" in response.json()["detail"]
    assert response.headers["retry-after"]


async def test_a_wait_ends_as_soon_as_the_projection_is_there(http: Http, org: str) -> None:
    goal = GoalId(org, "p1", "g1")
    position = await http.record(*active_goal(goal))
    ahead = asyncio.create_task(
        http.client.get(f"/v1/orgs/{org}/patients/p1/goals/g1", params={"min_position": position + 3})
    )
    await http.record(*(event(goal, entry(f"e{number}")) for number in range(3)))

    response = await ahead

    assert response.status_code == 200
    assert response.json()["position"] >= position + 3


async def test_this_is_every_read_of_a_projection(http: Http) -> None:
    document = await http.get("/openapi.json")
    waits = {
        path
        for path, methods in document["paths"].items()
        if any(each["name"] == "min_position" for each in methods.get("get", {}).get("parameters", ()))
    }
    tokens = {"patients/p1": "patients/{patient}", "goals/g1": "goals/{goal}"}

    def as_described(read: str) -> str:
        path = read.partition("?")[0]
        for token, name in tokens.items():
            path = path.replace(token, name)
        return path

    # Templates come with Cairn: there is no log behind them.
    assert {path for path in waits if "templates" not in path} == {as_described(read) for read in READS}


def _query(read: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(read).query))
