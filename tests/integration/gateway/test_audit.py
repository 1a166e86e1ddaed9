"""What happened to a goal or in an organisation, who did it, and what it changed."""

import pytest

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
