"""The table of operations: it has a row for every route, and an address leads to the row of the route it leads to."""

from types import SimpleNamespace
from typing import cast

import pytest
from starlette.responses import Response

from services.gateway.access.matching import OperationTree
from services.gateway.access.operations import OPERATIONS, Operation
from services.gateway.app import Application, create_app
from services.gateway.gateway import Gateway
from services.gateway.metrics import Metrics
from services.gateway.routes import operations
from services.gateway.routing import Router
from tests.tokens import ANYONE, WrittenOut, asking

GIVEN = {
    "org": "northside",
    "patient": "p1",
    "goal": "g1",
    "release": "R4",
    "id": "a.b.c",
    "version": "3",
    "position": "273",
    "template": "t",
    "digest": "0123456789abcdef",
    "name": "style.css",
    "code": "0123456789abcdef0123456789abcdef",
    "tag": "read",
    "type_name": "cairn.goal.revised.v1",
    "origin_id": "7f3k2m9q-1",
    "address": "0/x001/x234/067.p/17",
}
TREE = OperationTree(OPERATIONS)


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    routers = Application(cast(Gateway, SimpleNamespace())).routers
    there = {(route.method, route.path, route.endpoint.__name__) for router in routers for route in router.routes}
    rows = {(row.method, row.path, row.name) for row in OPERATIONS}

    assert there - rows == set(), "routes without a row in services/gateway/access/operations.py"
    assert rows - there == set(), "rows without a route"


@pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: f"{row.method} {row.path}")
def test_the_address_of_a_row_leads_to_it(row: Operation) -> None:
    found = TREE.find(row.method, row.path.format(**GIVEN))

    assert found is not None
    assert found.operation is row
    assert found.named == {name: value for name, value in GIVEN.items() if f"{{{name}}}" in row.path}


@pytest.mark.parametrize(
    "path",
    [
        "",
        "//",
        "/v1",
        "/v1/",
        "/v1/orgs//goals",
        "/v1/orgs/northside/goals/",
        "/v1/orgs/northside/goals\n",
        "/V1/orgs/northside/goals",
        "/v1/orgs/north/side/goals",
        "v1/feed",
    ],
)
def test_nothing_is_at_any_other_address(path: str) -> None:
    assert TREE.find("GET", path) is None


def test_another_method_is_told_which_ones_there_are() -> None:
    found = TREE.find("DELETE", "/v1/events")

    assert found is not None
    assert found.operation is None
    assert found.methods == {"POST"}


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/fhir/R4/Goal/_history", "history_of_every_goal"),
        ("POST", "/fhir/R4/Goal/_search", "search_goal"),
        ("GET", "/fhir/R4/Goal/northside.p1.g1", "read_goal"),
        ("GET", "/tlog/7f3k2m9q-1/tile/entries/x001/000", "log_entries"),
        ("GET", "/tlog/7f3k2m9q-1/tile/0/x001/000", "log_tile"),
    ],
)
def test_what_is_written_goes_before_what_is_open(method: str, path: str, name: str) -> None:
    found = TREE.find(method, path)

    assert found is not None
    assert found.operation is not None
    assert found.operation.name == name


@pytest.mark.parametrize("path", ["/tlog/7f3k2m9q-1/tile/", "/tlog/7f3k2m9q-1/tile/0//000", "/tlog/7f3k2m9q-1/tile"])
def test_what_goes_on_over_slashes_has_something_between_them(path: str) -> None:
    assert TREE.find("GET", path) is None


def test_what_is_written_is_no_id() -> None:
    found = TREE.find("GET", "/fhir/R4/Goal/_search")

    assert found is not None
    assert found.operation is None
    assert found.methods == {"POST"}


async def test_a_route_without_a_row_is_never_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = SimpleNamespace(metrics=Metrics(), public_url=None, records=None, logs=None)
    with_another = Router()
    with_another.add("/v1/everything", lambda: Response("everything"), response_model=None)
    with_another.routes += operations.router.routes
    monkeypatch.setattr(operations, "router", with_another)
    app = create_app(cast(Gateway, gateway), WrittenOut())

    async with asking(app, ANYONE) as client:
        answer = await client.get("/v1/everything")

    assert (answer.status_code, answer.json()["code"]) == (404, "http.not_found")
