"""Whether a Cairn is well, how far its projections are, and what it says about itself."""

from typing import Any

from events.access_record import ACCESS_STREAM
from events.identity import GoalId
from projections.access_record.tables import NAME as ACCESS_RECORD
from projections.catalog import NAMES
from tests.builders import event, opened
from tests.integration.gateway.http import Http
from tests.waiting import eventually


async def test_health_says_that_the_process_answers(http: Http) -> None:
    assert await http.get("/healthz") == {"status": "ok"}


async def test_ready_is_a_gateway_whose_projections_are_there_and_fresh(http: Http) -> None:
    async def ready() -> bool:
        return (await http.ask("/readyz")).text == '{"status":"ready"}'

    await eventually(ready)


async def test_each_projection_says_how_far_it_is(http: Http, org: str) -> None:
    position = await http.record(event(GoalId(org, "p1", "plan"), opened()))

    async def caught_up() -> list[dict[str, Any]]:  # Any: JSON as it was answered
        *items, accesses = (await http.get("/v1/projections"))["items"]
        assert (accesses["name"], accesses["stream"]) == (ACCESS_RECORD, ACCESS_STREAM)
        return items if all(each["position"] >= position and each["state"] == "live" for each in items) else []

    items = await eventually(caught_up)

    assert [each["name"] for each in items] == list(NAMES)
    for each in items:
        assert each["head"] == each["position"]
        assert each["lag"] == each["lag_seconds"] == 0
        assert each["quarantined"] == 0
        assert each["last_error"] is None


async def test_metrics_count_by_route_and_show_positions_but_no_ids(http: Http, org: str) -> None:
    position = await http.record(event(GoalId(org, "p1", "plan"), opened()))
    await http.get(f"/v1/orgs/{org}/patients/p1/plan", min_position=position)

    response = await http.ask("/metrics")

    assert response.headers["content-type"].startswith("text/plain")
    assert 'route="/v1/orgs/{org}/patients/{patient}/plan"' in response.text
    assert 'cairn_projection_position{projection="goal_state",stream="CAIRN_LOG"}' in response.text
    assert org not in response.text


async def test_the_openapi_document_lists_every_endpoint_with_problems(http: Http) -> None:
    document = await http.get("/openapi.json")

    goal = "/v1/orgs/{org}/patients/{patient}/goals/{goal}"
    assert set(document["paths"]) >= {
        "/v1/events",
        "/v1/feed",
        "/v1/orgs/{org}/audit",
        "/v1/orgs/{org}/caseload",
        "/v1/orgs/{org}/evidence",
        "/v1/orgs/{org}/goals",
        "/v1/orgs/{org}/patients/{patient}/goals",
        "/v1/orgs/{org}/patients/{patient}/plan",
        "/v1/orgs/{org}/patients/{patient}/series",
        "/v1/orgs/{org}/patients/{patient}/tree",
        "/v1/orgs/{org}/reviews",
        "/v1/orgs/{org}/today",
        "/v1/orgs/{org}/waiting",
        "/v1/projections",
        goal,
        f"{goal}/diff",
        f"{goal}/history",
        "/healthz",
        "/metrics",
        "/readyz",
    }
    assert "application/problem+json" in document["paths"][goal]["get"]["responses"]["404"]["content"]
    assert "code" in document["components"]["schemas"]["Problem"]["properties"]
    assert "HTTPValidationError" not in document["components"]["schemas"]
