"""Submission over HTTP, decided by the real goals service and stored by the real log."""

import json

import httpx
import pytest
from pydantic_core import to_json

from events.envelope import BATCH, STRUCTURED, structured, to_body
from events.event import Event
from events.goal.types import Activated
from events.identity import GoalId
from events.log import Log
from tests.builders import active_goal, as_bytes, entry, event, opened, proposed, smart
from tests.integration.gateway.http import Http


async def post(http: Http, body: bytes, content_type: str = STRUCTURED, **headers: str) -> httpx.Response:
    given = {"content-type": content_type, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return await http.client.post("/v1/events", content=body, headers=given)


@pytest.fixture
async def goal(http: Http, org: str) -> GoalId:
    """A goal that is active, at version 4 (a review was scheduled with the activation)."""
    goal = GoalId(org, "p1", "g1")
    await http.record(*active_goal(goal))
    return goal


@pytest.mark.parametrize("content_type", [STRUCTURED, "application/json"])
async def test_a_structured_event_is_recorded(http: Http, log: Log, org: str, content_type: str) -> None:
    plan = GoalId(org, "p1", "plan")

    response = await post(http, as_bytes(event(plan, opened(), id="1")), content_type)

    assert response.status_code == 201
    [stored] = await log.read(plan)
    assert response.json()["events"] == [{"type": "cairn.plan.opened.v1", "position": stored.position, "version": 1}]
    assert response.headers["location"] == f"/v1/orgs/{org}/patients/p1/plan"


async def test_a_binary_event_is_recorded_as_it_was_meant(http: Http, log: Log, org: str) -> None:
    plan = GoalId(org, "p1", "plan")
    offered = event(plan, opened(), actor="José C", role="clinician", id="50%")

    response = await post(
        http,
        to_body(offered),
        "application/json",
        ce_specversion="1.0",
        ce_id="50%25",
        ce_source=offered.source,
        ce_type=offered.type_name,
        ce_subject=str(plan),
        ce_time=offered.time.isoformat(),
        ce_actor="Jos%C3%A9%20C",
        ce_actorrole="clinician",
    )

    assert response.status_code == 201
    [stored] = await log.read(plan)
    assert (stored.event.id, stored.event.actor.id) == ("50%", "José C")


async def test_what_follows_by_itself_is_in_the_answer(http: Http, org: str) -> None:
    goal = GoalId(org, "p1", "g1")
    *before, activation = active_goal(goal)
    await http.record(*before)

    response = await post(http, as_bytes(activation))

    assert [each["type"] for each in response.json()["events"]] == [
        "cairn.goal.activated.v1",
        "cairn.goal.review_scheduled.v1",
    ]


async def test_the_same_event_again_is_a_duplicate_with_the_first_outcome(http: Http, org: str) -> None:
    body = as_bytes(event(GoalId(org, "p1", "plan"), opened(), id="1"))
    first = await post(http, body)

    again = await post(http, body)

    assert again.status_code == 200
    assert again.json() == {**first.json(), "duplicate": True}
    assert "location" not in again.headers


async def test_a_rule_is_409_with_its_code(http: Http, org: str) -> None:
    goal = GoalId(org, "p1", "g1")
    await http.record(event(goal.plan, opened()), event(goal, proposed(smart=smart())))

    response = await post(http, as_bytes(event(goal, Activated(), role="clinician", actor="c1")))

    assert (response.status_code, response.json()["code"]) == (409, "goal.not_agreed")
    assert response.headers["content-type"] == "application/problem+json"


async def test_another_writer_is_409_with_the_current_version(http: Http, goal: GoalId) -> None:
    offered = event(goal, entry("e1"), expected_version=1)

    response = await post(http, as_bytes(offered))

    problem = response.json()
    assert (response.status_code, problem["code"]) == (409, "version.conflict")
    assert problem["version"] > 1


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"data": {"entry": "e1"}}, "event.invalid", "on"),
        ({"data": {"entry": "e1", "on": "2026-03-02", "done": True, "stars": 5}}, "event.invalid", "stars"),
        ({"data": {"entry": "e1", "on": "2026-03-02", "note": "a\x00b"}}, "event.invalid", "note"),
        ({"data": {"entry": "e1", "on": "2026-03-02", "mood": 11}}, "progress.out_of_range", "mood"),
        ({"time": "2026-03-02T12:00:00"}, "event.invalid", "time"),
        ({"specversion": "0.3"}, "event.invalid", "specversion"),
        ({"actorrole": "robot"}, "event.invalid", "actorrole"),
        ({"type": "cairn.goal.agred.v1"}, "event.unknown_type", None),
        (
            {
                "type": "cairn.goal.proposed.v1",
                "data": {
                    "statement": "x",
                    "kind": "process",
                    "horizon": "short_term",
                    "gas": {"levels": {"-1": "same", "0": "same"}},
                },
            },
            "gas.levels",
            "gas",
        ),
    ],
)
async def test_an_invalid_event_is_422_with_its_fields(
    http: Http, log: Log, goal: GoalId, change: dict[str, object], code: str, field: str | None
) -> None:
    before = await log.read(goal)
    body = to_json({**structured(event(goal, entry("e1"))), **change})

    response = await post(http, body)

    problem = response.json()
    assert (response.status_code, problem["code"]) == (422, code), problem
    assert field is None or field in [each["field"] for each in problem["errors"]], problem
    assert await log.read(goal) == before


async def test_deep_nesting_and_ten_megabytes_are_refused_and_leave_the_log_as_it_was(
    http: Http, log: Log, goal: GoalId
) -> None:
    before = await log.read(goal)
    start = as_bytes(event(goal, entry("e1")))[:-1]
    deep = start + b',"data":' + b"[" * 50_000 + b"]" * 50_000 + b"}"

    nested = await post(http, deep)
    large = await post(http, start + b" " * 10_000_000 + b"}")

    assert (nested.status_code, nested.json()["code"]) == (422, "event.invalid")
    assert (large.status_code, large.json()["code"]) == (413, "event.invalid")
    assert await log.read(goal) == before


async def test_a_batch_is_recorded_in_its_order(http: Http, log: Log, org: str) -> None:
    goals = [GoalId(org, patient, "g1") for patient in ("p1", "p2", "p3")]
    offered: list[Event] = []
    for steps in zip(*(active_goal(goal) for goal in goals), strict=True):
        offered += steps
    for number in range(20):
        offered += [event(goal, entry(f"e{number}")) for goal in goals]
    body = b"[" + b",".join(as_bytes(each) for each in offered) + b"]"

    response = await post(http, body, BATCH)

    assert response.status_code == 200
    outcomes = response.json()
    assert [each["status"] for each in outcomes] == ["recorded"] * len(offered)
    assert [each["events"][0]["type"] for each in outcomes] == [each.type_name for each in offered]
    for goal in goals:
        entries = [each.data.entry for each in await log.read(goal) if hasattr(each.data, "entry")]
        assert entries == [f"e{number}" for number in range(20)]


async def test_a_batch_answers_for_each_event_by_itself(http: Http, goal: GoalId) -> None:
    good = structured(event(goal, entry("e1"), id="good"))
    bad = {**structured(event(goal, entry("e2"))), "data": {"entry": "e2", "on": "2026-03-02", "mood": 0}}
    rule = structured(event(goal, proposed()))

    response = await post(http, to_json([good, bad, good, {**good, "subject": None}, rule]), BATCH)

    outcomes = json.loads(response.text)
    assert response.status_code == 200
    assert [each.get("code") or each["duplicate"] for each in outcomes] == [
        False,
        "progress.out_of_range",
        True,
        "identity.mismatch",
        "goal.exists",
    ]
