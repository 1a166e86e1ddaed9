"""The same reads for those who have nothing but NATS."""

import asyncio
import json
from pathlib import Path

import pytest

from events.identity import GoalId
from events.log.client.resilient import ResilientClient
from services.embedded_server import EmbeddedServer
from tests.builders import active_goal
from tests.integration.gateway.alone import ORG, alone
from tests.integration.gateway.http import Http


async def ask(nc: ResilientClient, path: str) -> tuple[str, dict[str, object]]:
    reply = await nc.request("cairn.read", path.encode(), timeout=20)
    assert reply.headers is not None
    return reply.headers["status"], json.loads(reply.data)


async def test_a_read_over_nats_is_answered_as_over_http(http: Http, nc: ResilientClient, org: str) -> None:
    position = await http.record(*active_goal(GoalId(org, "p1", "g1")))
    path = f"/v1/orgs/{org}/goals?status=active&min_position={position}"

    status, body = await ask(nc, path)

    assert status == "200"
    assert body["items"]
    assert body == (await http.client.get(path)).json()


async def test_a_refusal_is_answered_as_over_http(http: Http, nc: ResilientClient, org: str) -> None:
    path = f"/v1/orgs/{org}/patients/p1/goals/nothing"

    status, body = await ask(nc, path)

    assert (status, body["code"]) == ("404", "goal.unknown")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/healthz",
        "/metrics",
        "/docs",
        "http://127.0.0.1/v1/projections",
        "/v1",
        "/v1/nothing",
        "\xff",
        "/v1/" + "x" * 9000,
    ],
)
async def test_what_is_no_read_is_refused(http: Http, nc: ResilientClient, path: str) -> None:
    status, body = await ask(nc, path)

    assert status in {"404", "422"}
    assert body["code"] in {"http.not_found", "request.invalid"}


@pytest.mark.parametrize("path", ["/v1/feed", "/v1/feed?after=0", "/v1/%66eed", "/v1/feed/"])
async def test_the_endless_feed_is_not_read_over_nats(http: Http, nc: ResilientClient, path: str) -> None:
    status, body = await ask(nc, path)

    assert status == "404"
    assert "cairn.feed" in str(body["detail"])


async def test_only_reading_is_possible(http: Http, nc: ResilientClient) -> None:
    status, _ = await ask(nc, "/v1/events")

    assert status == "405"


async def test_an_encoded_path_is_decoded_once(http: Http, nc: ResilientClient, org: str) -> None:
    status, body = await ask(nc, f"/v1/orgs/{org}/patients/p%2E1/plan")

    assert (status, body["code"]) == ("422", "identity.mismatch")


async def test_slow_reads_do_not_hold_up_others(own_server: EmbeddedServer, tmp_path: Path) -> None:
    async with alone(own_server, tmp_path) as here:
        await here.record("g1")
        await here.build()
        behind = await here.record("g2")
        async with here.reads_over_nats():
            slow = here.nc.request("cairn.read", f"/v1/orgs/{ORG}/goals?min_position={behind}".encode(), timeout=20)
            waiting = asyncio.ensure_future(slow)

            status, _ = await ask(here.nc, "/v1/projections")

            assert status == "200"
            assert not waiting.done()
            waiting.cancel()
