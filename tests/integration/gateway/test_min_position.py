"""Reading one's own write: every read waits for the projection behind it, and not for ever."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from events.identity import GoalId
from services.embedded_server import EmbeddedServer
from tests.builders import active_goal, entry, event
from tests.integration.gateway.alone import alone
from tests.integration.gateway.http import Http
from tests.waiting import eventually

READS = (
    "/v1/orgs/{org}/goals",
    "/v1/orgs/{org}/patients/p1/goals",
    "/v1/orgs/{org}/patients/p1/plan",
    "/v1/orgs/{org}/patients/p1/goals/g1",
    "/v1/orgs/{org}/patients/p1/goals/g1/entries",
    "/v1/orgs/{org}/patients/p1/goals/g1/history",
    "/v1/orgs/{org}/patients/p1/goals/g1/moments",
    "/v1/orgs/{org}/patients/p1/goals/g1/texts",
    "/v1/orgs/{org}/patients/p1/goals/g1/levels",
    "/v1/orgs/{org}/patients/p1/wins",
    "/v1/orgs/{org}/patients/p1/session",
    "/v1/orgs/{org}/session",
    "/v1/orgs/{org}/patients/p1/goals/g1/diff?from=0&to=1",
    "/v1/orgs/{org}/patients/p1/tree",
    "/v1/orgs/{org}/patients/p1/series",
    "/v1/orgs/{org}/patients/p1/disclosures",
    "/v1/orgs/{org}/patients/p1/reviews.ics",
    "/v1/orgs/{org}/reviews",
    "/v1/orgs/{org}/reviews.ics",
    "/v1/orgs/{org}/today",
    "/v1/orgs/{org}/caseload",
    "/v1/orgs/{org}/waiting",
    "/v1/orgs/{org}/evidence",
    "/v1/orgs/{org}/evidence?format=csv",
    "/v1/orgs/{org}/audit",
    "/v1/orgs/{org}/audit/{position}",
    "/v1/orgs/{org}/events/{position}/proof",
    "/v1/orgs/{org}/patients/p1/goals/g1/proof",
)
"""Every read of a projection: the OpenAPI document has them all, and one that is added is missed here."""


async def test_a_writer_reads_each_of_its_writes(http: Http, org: str) -> None:
    goal = GoalId(org, "p1", "g1")
    await http.record(*active_goal(goal))

    for number in range(20):
        position = await http.record(event(goal, entry(f"e{number}")))
        goal_path = f"/v1/orgs/{org}/patients/p1/goals/g1"
        read = await http.get(goal_path, min_position=position, include="progress")
        told = await http.get(f"{goal_path}/entries", min_position=position, order="newest", limit=1)
        assert read["progress"][-1]["entry"] == told["items"][0]["entry"] == f"e{number}"


@pytest.mark.parametrize("read", READS)
async def test_every_read_waits(http: Http, org: str, read: str) -> None:
    position = await http.record(*active_goal(GoalId(org, "p1", "g1")))

    response = await http.client.get(
        read.format(org=org, position=position), params={**_query(read), "min_position": str(position)}
    )

    assert response.status_code == 200, response.text


@pytest.mark.parametrize("read", READS)
async def test_a_position_that_the_log_does_not_have_is_refused(http: Http, org: str, read: str) -> None:
    position = await http.record(*active_goal(GoalId(org, "p1", "g1")))

    problem = await http.refused(
        read.format(org=org, position=position), 422, **_query(read), min_position=position + 1_000_000
    )

    assert (problem["code"], [each["field"] for each in problem["errors"]]) == ("request.invalid", ["min_position"])


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        *((path, "position") for path in ("goals/g1", "plan", "tree", "series")),
        *((path, "min_position") for path in ("goals/g1?by=recorded&as_of=2100-01-01T00:00:00Z", "plan?position=1")),
    ],
)
async def test_so_is_one_of_a_read_out_of_the_log(http: Http, org: str, path: str, parameter: str) -> None:
    position = await http.record(*active_goal(GoalId(org, "p1", "g1")))
    address = f"/v1/orgs/{org}/patients/p1/{path.partition('?')[0]}"

    problem = await http.refused(address, 422, **_query(path), **{parameter: position + 1_000_000})

    assert (problem["code"], [each["field"] for each in problem["errors"]]) == ("request.invalid", [parameter])


@pytest.mark.parametrize("read", READS)
async def test_a_projection_that_stays_behind_is_503(behind: httpx.AsyncClient, read: str) -> None:
    position = behind.headers["position"]

    response = await behind.get(
        read.format(org="alone", position=position), params={**_query(read), "min_position": position}
    )

    assert response.status_code == 503
    assert response.json()["code"] == "projection.behind"
    assert f"not yet {position}" in response.json()["detail"]
    assert response.headers["retry-after"]


@pytest.fixture(scope="module")
async def behind(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a gateway whose projections have not come to the end of the log; it names that position."""
    folder = tmp_path_factory.mktemp("behind")
    server = EmbeddedServer(folder / "nats", sync_always=False)
    await server.start()
    async with alone(server, folder) as here:
        await here.record("g1")
        await here.build()
        position = await here.record("g2")
        async with here.gateway(wait_seconds=0.3) as client:
            client.headers["position"] = str(position)
            for read in ("goals", "reviews", "audit"):  # one of each projection: it is known then how far that is
                await eventually(
                    partial(_is_said_to_be_behind, client, f"/v1/orgs/alone/{read}?min_position={position}")
                )
            yield client
    await server.stop()


async def test_a_wait_ends_as_soon_as_the_projection_is_there(http: Http, org: str) -> None:
    goal = GoalId(org, "p1", "g1")
    await http.record(*active_goal(goal))
    positions = [await http.record(event(goal, entry(f"e{number}"))) for number in range(3)]

    reads = await asyncio.gather(
        *(http.get(f"/v1/orgs/{org}/patients/p1/goals/g1", min_position=position) for position in positions)
    )

    assert all(read["position"] >= position for read, position in zip(reads, positions, strict=True))


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


async def _is_said_to_be_behind(client: httpx.AsyncClient, path: str) -> bool:
    response = await client.get(path)
    return bool(response.json().get("code") == "projection.behind")


def _query(read: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(read).query))
