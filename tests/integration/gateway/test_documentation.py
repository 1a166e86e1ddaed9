"""The OpenAPI document describes what is really answered."""

from typing import Any

import jsonschema
import pytest

from events.envelope import BATCH, STRUCTURED
from events.goal.types import Changes, Revised
from events.identity import GoalId
from events.json_schemas import ENVELOPE, published_schema
from tests.builders import active_goal, as_bytes, entry, event, gas
from tests.fake_notary import ORIGIN
from tests.integration.gateway.http import Http
from tests.waiting import eventually

GOAL = "/v1/orgs/{org}/patients/{patient}/goals/{goal}"


@pytest.fixture(scope="session")
async def document(http: Http) -> dict[str, Any]:  # Any: an OpenAPI document
    described: dict[str, Any] = await http.get("/openapi.json")
    return described


def check(document: dict[str, Any], answer: object, path: str, method: str, status: str, media: str) -> None:
    schema = document["paths"][path][method]["responses"][status]["content"][media]["schema"]
    jsonschema.validate(answer, {**schema, "components": document["components"]})


@pytest.fixture
async def goal(http: Http, org: str) -> GoalId:
    goal = GoalId(org, "p1", "g1")
    await http.record(*active_goal(goal), event(goal, entry("e1", level=-1, mood=4, note="So")))
    await http.record(event(goal, Revised(changes=Changes(gas=gas(baseline=-2)), reason="too_easy")))
    return goal


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/v1/orgs/{org}/goals", {}),
        ("/v1/orgs/{org}/patients/{patient}/goals", {}),
        ("/v1/orgs/{org}/patients/{patient}/plan", {}),
        ("/v1/orgs/{org}/patients/{patient}/plan", {"as_of": "2100-01-01T00:00:00Z"}),
        ("/v1/orgs/{org}/patients/{patient}/tree", {}),
        ("/v1/orgs/{org}/patients/{patient}/tree", {"as_of": "2100-01-01T00:00:00Z"}),
        ("/v1/orgs/{org}/patients/{patient}/series", {}),
        ("/v1/orgs/{org}/patients/{patient}/series", {"as_of": "2100-01-01T00:00:00Z"}),
        ("/v1/orgs/{org}/today", {}),
        ("/v1/orgs/{org}/caseload", {}),
        ("/v1/orgs/{org}/waiting", {}),
        ("/v1/orgs/{org}/evidence", {}),
        (GOAL, {}),
        (GOAL, {"as_of": "2100-01-01T00:00:00Z"}),
        (GOAL, {"include": "progress,weekly_wins"}),
        (f"{GOAL}/entries", {}),
        (f"{GOAL}/history", {}),
        (f"{GOAL}/diff", {"from_": 1, "to": 5}),
        (f"{GOAL}/proof", {}),
        ("/v1/orgs/{org}/reviews", {}),
        ("/v1/orgs/{org}/audit", {}),
        ("/v1/templates", {}),
        ("/v1/templates/{template}", {}),
        ("/v1/schemas", {}),
        ("/v1/projections", {}),
    ],
)
async def test_an_answer_is_as_described(
    http: Http, document: dict[str, Any], goal: GoalId, path: str, query: dict[str, object]
) -> None:
    position = await http.record(event(goal, entry("e2")))
    waiting = {} if path in ("/v1/projections", "/v1/schemas") else {"min_position": position}

    answer = await http.get(path.format(template="attend-groups", **goal._asdict()), **query, **waiting)

    assert answer.get("items", [answer])
    check(document, answer, path, "get", "200", "application/json")


async def test_who_read_is_as_described(http: Http, document: dict[str, Any], goal: GoalId) -> None:
    path = "/v1/orgs/{org}/patients/{patient}/accesses"
    position = await http.record(event(goal, entry("e4")))
    await http.get(GOAL.format(**goal._asdict()), min_position=position)

    async def listed() -> Any:
        answer = await http.get(path.format(**goal._asdict()))
        return answer if answer["items"] else None

    check(document, await eventually(listed), path, "get", "200", "application/json")


@pytest.mark.parametrize("path", ["/v1/operations", "/tlog/{origin_id}/keys", "/tlog/{origin_id}/status"])
async def test_what_is_about_nobody_is_as_described(http: Http, document: dict[str, Any], path: str) -> None:
    answer = await http.get(path.format(origin_id=ORIGIN.rpartition("/")[2]))

    check(document, answer, path, "get", "200", "application/json")


async def test_problems_are_as_described(http: Http, document: dict[str, Any], goal: GoalId) -> None:
    absent = await http.refused(GOAL.format(org=goal.org, patient="p1", goal="g9"), 404)
    invalid = await http.refused(f"/v1/orgs/{goal.org}/goals", 422, limit=0)

    check(document, absent, GOAL, "get", "404", "application/problem+json")
    check(document, invalid, "/v1/orgs/{org}/goals", "get", "422", "application/problem+json")


async def test_outcomes_are_as_described(http: Http, document: dict[str, Any], goal: GoalId) -> None:
    body = as_bytes(event(goal, entry("e3")))
    for content_type, content, status in (
        (STRUCTURED, body, "201"),
        (STRUCTURED, body, "200"),
        (BATCH, b"[" + body + b",{}]", "200"),
    ):
        response = await http.client.post("/v1/events", content=content, headers={"content-type": content_type})
        assert response.status_code == int(status)
        check(document, response.json(), "/v1/events", "post", status, "application/json")


async def test_the_example_of_the_description_is_an_event_that_cairn_takes(
    http: Http, document: dict[str, Any], goal: GoalId
) -> None:
    example = document["paths"]["/v1/events"]["post"]["requestBody"]["content"][STRUCTURED]["example"]
    offered = {**example, "subject": str(goal)}

    response = await http.client.post("/v1/events", json=offered)

    assert response.status_code == 201, response.text


async def test_events_are_described_by_the_published_schema(document: dict[str, Any]) -> None:
    body = document["paths"]["/v1/events"]["post"]["requestBody"]
    event = {"$ref": "#/components/schemas/CloudEvent"}

    assert body["required"] is True
    assert body["content"][STRUCTURED]["schema"] == event
    assert body["content"][BATCH]["schema"] == {"type": "array", "items": event}
    assert event in body["content"]["application/json"]["schema"]["anyOf"]
    described = document["components"]["schemas"]["CloudEvent"]
    published = published_schema(ENVELOPE)
    for word in ("properties", "required", "propertyNames", "description"):
        assert described[word] == published[word]


async def test_it_says_where_this_cairn_is(document: dict[str, Any]) -> None:
    assert [server["url"] for server in document["servers"]] == ["/"]


async def test_fhir_answers_name_their_resource(http: Http, document: dict[str, Any], goal: GoalId) -> None:
    ids = {"id": str(goal), "version": "1"}
    query = {"patient": f"{goal.org}.{goal.patient}"}
    described = [path for path in document["paths"] if path.startswith("/fhir/") and "get" in document["paths"][path]]
    assert len(described) >= 11

    for path in described:
        answer = await http.client.get(path.format(release="R4", **ids), params={} if "{id}" in path else query)
        status = str(answer.status_code) if answer.status_code == 200 else f"{answer.status_code // 100}XX"
        media = "application/json" if path.endswith("/smart-configuration") else "application/fhir+json"
        check(document, answer.json(), path, "get", status, media)
