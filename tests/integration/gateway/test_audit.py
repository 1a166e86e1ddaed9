"""What happened to a goal or in an organisation, who did it, and what it changed."""

import csv
from io import StringIO

import pytest
from pydantic_core import from_json

from events.goal.types import Changes, Revised
from events.identity import GoalId
from events.log import Log
from events.plan.types import Amended
from tests.builders import NOON, active_goal, entry, event, smart
from tests.integration.gateway.http import Http


@pytest.fixture
async def goal(http: Http, org: str) -> GoalId:
    """An active goal whose target was revised from 3 to 2, and another patient's goal."""
    goal = GoalId(org, "p1", "g1")
    await http.record(*active_goal(goal))
    easier = smart(measure={"what": "groups attended", "target": 2, "per": "week", "direction": "at_least"})
    revision = Revised(changes=Changes(smart=easier), reason="too_hard", note="Evenings are too much")
    await http.record(event(goal, revision, role="clinician", actor="c1", id="revision"))
    await http.record(*active_goal(GoalId(org, "p2", "g1")))
    return goal


def path(goal: GoalId) -> str:
    return f"/v1/orgs/{goal.org}/patients/{goal.patient}/goals/{goal.goal}"


async def test_a_history_tells_who_what_and_both_whens(http: Http, log: Log, goal: GoalId) -> None:
    recorded = await log.read(goal)

    found = await http.get(f"{path(goal)}/history", min_position=recorded[-1].position)

    assert [each["type"] for each in found["items"]] == [each.type_name for each in recorded]
    assert [each["version"] for each in found["items"]] == list(range(1, len(recorded) + 1))
    last = found["items"][-1]
    assert (last["id"], last["actor"], last["actorrole"]) == ("revision", "c1", "clinician")
    assert last["time"] == NOON.isoformat()
    assert last["recordedtime"] > last["time"]
    assert last["data"]["reason"] == "too_hard"
    assert {"field": "smart.measure.target", "before": 3, "after": 2} in last["changes"]


async def test_what_followed_by_itself_names_its_cause(http: Http, log: Log, goal: GoalId) -> None:
    last = (await log.read(goal))[-1].position

    items = (await http.get(f"{path(goal)}/history", min_position=last))["items"]

    scheduled = next(each for each in items if each["type"] == "cairn.goal.review_scheduled.v1")
    cause = next(each for each in items if each["version"] == scheduled["causeversion"])
    assert cause["type"] == "cairn.goal.activated.v1"


async def test_a_history_comes_in_pages(http: Http, log: Log, goal: GoalId) -> None:
    recorded = await log.read(goal)
    seen: list[int] = []
    cursor: str | None = None
    while True:
        query = {"limit": 2, "cursor": cursor, "min_position": recorded[-1].position}
        page = await http.get(f"{path(goal)}/history", **query)
        seen += [each["position"] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break

    assert seen == [each.position for each in recorded]


async def test_a_plan_has_a_history_too(http: Http, goal: GoalId) -> None:
    amendment = Amended(active_goal_limit=2, reason="One thing at a time")
    position = await http.record(event(goal.plan, amendment, role="clinician", actor="c1"))

    items = (await http.get(f"{path(goal.plan)}/history", min_position=position))["items"]

    assert items[-1]["changes"] == [{"field": "active_goal_limit", "before": 3, "after": 2}]


async def test_two_versions_differ_in_what_happened_between_them(http: Http, log: Log, goal: GoalId) -> None:
    recorded = await log.read(goal)
    version = recorded[-1].version

    query = {"from_": version - 1, "to": version, "min_position": recorded[-1].position}
    found = await http.get(f"{path(goal)}/diff", **query)

    assert (found["from"], found["to"]) == (version - 1, version)
    assert {"field": "smart.measure.target", "before": 3, "after": 2} in found["changes"]
    assert [each["id"] for each in found["events"]] == ["revision"]


async def test_a_version_that_the_goal_has_not_come_to_is_404(http: Http, goal: GoalId) -> None:
    position = await http.record(event(goal, entry("e1")))

    problem = await http.refused(f"{path(goal)}/diff", 404, from_=1, to=99, min_position=position)

    assert problem["code"] == "goal.version_unknown"


@pytest.mark.parametrize("query", [{}, {"from_": 1}, {"to": 1}, {"from_": -1, "to": 1}, {"from_": "a", "to": 1}])
async def test_a_difference_needs_two_versions(http: Http, goal: GoalId, query: dict[str, object]) -> None:
    problem = await http.refused(f"{path(goal)}/diff", 422, **query)

    assert problem["code"] == "request.invalid"


@pytest.mark.parametrize("what", ["history", "diff?from=0&to=1"])
async def test_a_goal_that_is_not_there_has_no_history(http: Http, goal: GoalId, what: str) -> None:
    response = await http.client.get(f"{path(goal)}x/{what}")

    assert (response.status_code, response.json()["code"]) == (404, "goal.unknown")


async def test_an_audit_lists_everything_in_the_order_of_the_log(http: Http, log: Log, goal: GoalId) -> None:
    both = [*await log.read_patient(goal), *await log.read_patient(GoalId(goal.org, "p2", "g1"))]

    found = await http.get(f"/v1/orgs/{goal.org}/audit", min_position=both[-1].position)

    assert [each["position"] for each in found["items"]] == sorted(each.position for each in both)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"patient": "p2"}, 5),
        ({"patient": "p1", "goal": "plan"}, 1),
        ({"type": "cairn.goal.revised.v1"}, 1),
        ({"type": "cairn.goal.revised.v2"}, 0),
        ({"actor": "p1", "goal": "g1"}, 2),
        ({"until": "2026-03-02T12:00:00Z"}, 0),
        ({"since": "2100-01-01T00:00:00+01:00"}, 0),
        ({"limit": 3}, 3),
    ],
)
async def test_an_audit_can_be_narrowed(
    http: Http, log: Log, goal: GoalId, query: dict[str, object], count: int
) -> None:
    last = (await log.read(GoalId(goal.org, "p2", "g1")))[-1].position

    found = await http.get(f"/v1/orgs/{goal.org}/audit", min_position=last, **query)

    assert len(found["items"]) == count


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"role": "clinician", "patient": "p1", "goal": "g1"}, 3),
        ({"role": "supervisor"}, 0),
        ({"happened_until": "2026-03-02T12:00:00Z"}, 0),
        ({"happened_since": "2026-03-02T12:00:00Z", "type": "cairn.goal.revised.v1"}, 1),
        ({"happened_since": "2100-01-01T00:00:00Z"}, 0),
    ],
)
async def test_an_audit_is_narrowed_by_role_and_by_when_things_happened(
    http: Http, log: Log, goal: GoalId, query: dict[str, object], count: int
) -> None:
    last = (await log.read(GoalId(goal.org, "p2", "g1")))[-1].position

    found = await http.get(f"/v1/orgs/{goal.org}/audit", min_position=last, count=True, **query)

    assert len(found["items"]) == count
    assert found["count"] == {"number": count, "more": False}


async def test_an_audit_comes_newest_first_where_that_is_asked_for(http: Http, log: Log, goal: GoalId) -> None:
    last = (await log.read(GoalId(goal.org, "p2", "g1")))[-1].position

    found = await http.get(f"/v1/orgs/{goal.org}/audit", min_position=last, order="newest", limit=3)

    assert [each["position"] for each in found["items"]] == [last, last - 1, last - 2]
    assert found["count"] is None


async def test_an_audit_is_a_table_for_a_spreadsheet_without_formulas(http: Http, goal: GoalId) -> None:
    said = Revised(changes=Changes(wording="=1+1"), reason="too_hard")
    position = await http.record(event(goal, said, role="clinician", actor="@c1"))

    wanted = {"accept": "text/csv"}
    query = {"min_position": str(position), "patient": goal.patient, "order": "newest"}
    answer = await http.client.get(f"/v1/orgs/{goal.org}/audit", params=query, headers=wanted)
    by_format = await http.ask(f"/v1/orgs/{goal.org}/audit", format="csv", order="newest", limit=1)

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="audit-{goal.org}.csv"'
    revised, *rest = csv.DictReader(StringIO(answer.text))
    assert (revised["position"], revised["actor"], revised["changed"]) == (str(position), "'@c1", "wording")
    assert from_json(revised["data"])["changes"] == {"wording": "=1+1"}
    assert {row["patient"] for row in rest} == {goal.patient}
    assert len(by_format.text.splitlines()) == 2


async def test_one_event_is_read_by_its_position_with_what_is_stored(http: Http, log: Log, goal: GoalId) -> None:
    (revised,) = [each for each in await log.read(goal) if each.event.id == "revision"]
    listed = await http.get(f"/v1/orgs/{goal.org}/audit", min_position=revised.position, type=revised.type_name)

    found = await http.get(f"/v1/orgs/{goal.org}/audit/{revised.position}")

    stored = found.pop("stored")
    assert found == listed["items"][0]
    assert stored["subject"] == f"cairn.log.{goal.org}.{goal.patient}.{goal.goal}"
    assert stored["headers"]["ce-id"] == "revision"
    assert from_json(stored["body"]) == found["data"]


async def test_there_is_no_event_at_a_position_of_others(http: Http, log: Log, goal: GoalId) -> None:
    position = (await log.read(goal))[-1].position
    await http.get(f"/v1/orgs/{goal.org}/audit", min_position=position)

    for path, query in (
        (f"/v1/orgs/{goal.org}x/audit/{position}", {}),
        (f"/v1/orgs/{goal.org}/audit/{2**62}", {}),
        (f"/v1/orgs/{goal.org}/audit/{position}", {"patient": "p2"}),
    ):
        problem = await http.refused(path, 404, **query)
        assert problem["code"] == "event.unknown"


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("today?day=0001-01-01", "day"),
        ("today?day=9999-12-31", "day"),
        ("caseload?day=9999-12-31", "day"),
        ("reviews?day=0001-01-01", "day"),
        ("audit?until=9999-12-31T23:59:59-14:00", "until"),
        ("audit?since=0001-01-01T00:00:00%2B14:00", "since"),
        ("patients/p1/goals/g1/entries?from=9999-12-31", "from"),
    ],
)
async def test_a_day_that_has_no_days_beside_it_is_refused(http: Http, org: str, path: str, field: str) -> None:
    problem = await http.refused(f"/v1/orgs/{org}/{path}", 422)

    assert (problem["code"], [each["field"] for each in problem["errors"]]) == ("request.invalid", [field])
