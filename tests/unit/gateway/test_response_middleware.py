"""What every answer has in common: headers, problem details for every failure, and counting without names."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Annotated, cast

import httpx
import pytest
from nats.errors import ConnectionClosedError
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from events.envelope import UnreadableEvent
from events.errors import Rejected
from events.log import LogUnreachable
from services.access.records.recorder import AccessRecorder
from services.gateway.access.matching import OperationTree
from services.gateway.access.operations import Operation
from services.gateway.answers import json_answer
from services.gateway.bodies import read_body
from services.gateway.calling import Endpoints, calls_of
from services.gateway.metrics import Metrics
from services.gateway.parameters import Org
from services.gateway.problems import RequestRefused
from services.gateway.refusals import refusal_answer
from services.gateway.response_middleware import ResponseMiddleware
from services.gateway.routing import Query, Router
from services.messaging.counting import Handled
from tests.unit.gateway.statuses import status

SECRET = "what a patient wrote"


class Count(BaseModel):
    """What one of the endpoints takes."""

    count: int = 0


ADDRESSES = OperationTree(
    (Operation("fail", "/orgs/{org}/{failure}", "open"), Operation("body", "/body", "open", method="POST"))
)


def application(metrics: Metrics) -> ASGIApp:
    api = Router()

    @api.get("/orgs/{org}/{failure}")
    async def fail(org: Org, failure: str, query: Annotated[Count, Query()]) -> Response:
        failures: dict[str, Exception] = {
            "mistake": ValueError(SECRET),
            "unreadable": UnreadableEvent(7, "cairn.log.a.b.c", SECRET),
            "unreachable": LogUnreachable(SECRET),
            "nats": ConnectionClosedError(),
            "unknown": Rejected("goal.unknown", "There is no goal g1.", version=0),
        }
        raise failures[failure]

    @api.post("/body")
    async def body(request: Request) -> Response:
        return json_answer(len(await read_body(request, 1000)))

    nothing_is_recorded = cast(AccessRecorder, None)  # all here is open
    endpoints = Endpoints(SimpleNamespace(), calls_of((api,)), nothing_is_recorded)

    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        matched = ADDRESSES.find(scope["method"], scope["path"])
        if matched is None or matched.operation is None:
            await refusal_answer(scope, RequestRefused("http.not_found", "Nothing."))(scope, receive, send)
            return
        scope["route"], scope["path_params"] = matched.operation, matched.named
        scope["state"] = {"operation": matched.operation}
        await endpoints(scope, receive, send)

    return ResponseMiddleware(door, metrics)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def client(metrics: Metrics) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(application(metrics), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://cairn")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/orgs/northside/mistake", 500, "internal.error"),
        ("/orgs/northside/unreadable", 500, "log.unreadable"),
        ("/orgs/northside/unreachable", 503, "log.unavailable"),
        ("/orgs/northside/nats", 503, "log.unavailable"),
        ("/orgs/northside/unknown", 404, "goal.unknown"),
        ("/orgs/north.side/unknown", 422, "identity.mismatch"),
        ("/orgs/northside/unknown?count=many", 422, "request.invalid"),
    ],
)
async def test_every_failure_is_a_problem_detail(client: httpx.AsyncClient, path: str, status: int, code: str) -> None:
    response = await client.get(path)

    problem = response.json()
    assert (response.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["type"] == f"urn:cairn:problem:{code}"
    assert problem["title"]
    assert problem["detail"].endswith(".")
    assert "Traceback" not in response.text
    assert SECRET not in response.text


async def test_a_mistake_is_logged_without_what_a_patient_wrote(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    await client.get("/orgs/northside/mistake")

    assert "ValueError in test_response_middleware.py" in caplog.text
    assert "while answering /orgs/{org}/{failure}" in caplog.text
    assert SECRET not in caplog.text


async def test_invalid_parameters_are_each_named(client: httpx.AsyncClient) -> None:
    response = await client.get("/orgs/a.b/unknown?count=x")

    assert [each["field"] for each in response.json()["errors"]] == ["org", "count"]


async def test_a_parameter_of_one_value_is_not_given_two(client: httpx.AsyncClient) -> None:
    assert (await client.get("/orgs/northside/unknown?count=1&count=1")).status_code == 404

    response = await client.get("/orgs/northside/unknown?count=1&count=2")

    assert response.status_code == 422
    assert response.json()["errors"] == [{"field": "count", "detail": "count: Give it once."}]


async def test_answers_are_not_kept_guessed_or_framed(client: httpx.AsyncClient) -> None:
    for path in ("/orgs/northside/mistake", "/orgs/northside/unknown", "/nowhere"):
        headers = (await client.get(path)).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


async def test_requests_are_counted_by_route_and_never_by_id(client: httpx.AsyncClient, metrics: Metrics) -> None:
    await client.get("/orgs/northside/unknown")
    await client.get("/nowhere/p1")
    await client.request("BREW", "/nowhere")

    exposition = metrics.exposition([status()]).decode()
    assert 'cairn_http_requests_total{method="GET",route="/orgs/{org}/{failure}",status="404"} 1.0' in exposition
    assert 'cairn_http_requests_total{method="other",route="(none)",status="404"} 1.0' in exposition
    assert 'cairn_projection_position{projection="goal_state",stream="CAIRN_LOG"} 7.0' in exposition
    assert "northside" not in exposition
    assert "p1" not in exposition


def test_what_became_of_messages_is_shown_by_channel_as_long_as_it_is_known(metrics: Metrics) -> None:
    handled = {"notary": {"notary": Handled(answered=3, refused=2, seconds=0.5)}}

    exposition = metrics.exposition(handled=handled).decode()
    for became, count in (("answered", 3), ("refused", 2), ("failed", 0)):
        labels = f'became="{became}",channel="notary",service="notary"'
        assert f"cairn_messages_handled{{{labels}}} {count}.0" in exposition
    assert 'cairn_messages_handling_seconds{channel="notary",service="notary"} 0.5' in exposition
    assert "cairn_messages_handled{" not in metrics.exposition().decode()


@pytest.mark.parametrize(("size", "status"), [(0, 200), (1000, 200), (1001, 413), (100_000, 413)])
async def test_a_body_is_read_up_to_its_limit(client: httpx.AsyncClient, size: int, status: int) -> None:
    response = await client.post("/body", content=b"x" * size)

    assert response.status_code == status


@pytest.mark.parametrize(("encoding", "status"), [("identity", 200), ("Identity", 200), ("gzip", 415), ("br", 415)])
async def test_a_body_is_read_only_as_it_is(client: httpx.AsyncClient, encoding: str, status: int) -> None:
    response = await client.post("/body", content=b"x", headers={"content-encoding": encoding})

    assert response.status_code == status
    assert response.headers.get("accept-encoding") == (None if status == 200 else "identity")


async def test_a_body_without_a_length_is_bounded_too(client: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 100

    response = await client.post("/body", content=endless())

    assert response.status_code == 413
    assert response.json()["code"] == "event.invalid"


async def test_who_asks_before_sending_too_much_is_answered_before_sending() -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        raise AssertionError("the body was asked for")

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/body",
        "query_string": b"",
        "headers": [(b"content-length", b"10000000"), (b"expect", b"100-continue")],
    }
    await application(Metrics())(scope, receive, send)

    assert sent[0]["status"] == 413
