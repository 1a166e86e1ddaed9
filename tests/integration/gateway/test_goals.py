"""Reading goals and plans as they are now."""

from datetime import timedelta

import pytest

from events.goal.types import Changes, Revised
from events.identity import GoalId
from tests.builders import NOON, TODAY, active_goal, entry, event, opened, proposed
from tests.integration.gateway.http import Http


@pytest.fixture
async def clinic(http: Http, org: str) -> int:
    """Two patients: p1 works on g1 and has drafted g2, p2 has drafted g1."""
    await http.record(*active_goal(GoalId(org, "p1", "g1")))
    await http.record(event(GoalId(org, "p1", "g2"), proposed(statement="Walk the dog\nevery day")))
    await http.record(event(GoalId(org, "p2", "plan"), opened(accommodations=("simplified_language",))))
    return await http.record(event(GoalId(org, "p2", "g1"), proposed(statement="100% sober weekends")))


def named(items: list[dict[str, str]]) -> list[str]:
    return [f"{each['patient']}.{each['goal']}" for each in items]


async def test_a_goal_reads_with_its_words_status_and_what_follows_from_them(http: Http, org: str, clinic: int) -> None:
    goal = GoalId(org, "p1", "g1")
    revision = Revised(changes=Changes(wording="Wake up calmer"), reason="patient_request")
    position = await http.record(event(goal, entry("e1", level=1)), event(goal, revision))

    read = await http.get(f"/v1/orgs/{org}/patients/p1/goals/g1", min_position=position)

    assert (read["org"], read["patient"], read["goal"]) == goal
    assert (read["status"], read["statement"]) == ("active", "I want to wake up without dread")
    assert (read["wording"], read["position"]) == ("Wake up calmer", position)
    assert read["smart"]["measure"]["target"] == 3
    assert read["awaiting_agreement"] == ["clinician"]
    assert read["latest_level"] == 1
    assert read["missing"] == []
    assert read["next_review"]["due_on"]
    assert read["revisions"][0]["reason"] == "patient_request"


async def test_a_goal_reads_with_its_flags_and_what_it_waits_for(http: Http, org: str, clinic: int) -> None:
    await http.record(event(GoalId(org, "p3", "plan"), opened()))
    copied = event(GoalId(org, "p3", "g1"), proposed(statement="100% SOBER weekends!"))
    position = await http.record(copied)

    read = await http.get(f"/v1/orgs/{org}/patients/p3/goals/g1", min_position=position)

    assert {"self_set", "orphan", "copied_text"} <= {flag["code"] for flag in read["flags"]}
    assert [(each["role"], each["for"]) for each in read["waiting"]] == [("clinician", "agreement")]


async def test_where_the_patient_reads_nothing_stands_that_is_for_staff(http: Http, org: str, clinic: int) -> None:
    """In the list, in one goal now and as it stood, and in the plan."""
    goal = f"/v1/orgs/{org}/patients/p1/goals/g1"
    for path, query in (
        (f"/v1/orgs/{org}/goals", {"patient": "p1"}),
        (f"/v1/orgs/{org}/patients/p1/goals", {}),
        (goal, {}),
        (goal, {"position": clinic}),
        (f"/v1/orgs/{org}/patients/p1/plan", {}),
        (f"/v1/orgs/{org}/patients/p1/plan", {"position": clinic}),
    ):
        asked = {**query, "min_position": clinic}
        staff, patient = [await http.get(path, **asked, audience=each) for each in ("staff", "patient")]
        assert staff == await http.get(path, **asked)
        for read in patient.get("items", [patient]):
            assert {flag["audience"] for flag in read["flags"]} == {"patient"}
        if not path.endswith("plan"):
            assert "staff" in {flag["audience"] for read in staff.get("items", [staff]) for flag in read["flags"]}


async def test_flags_are_those_of_the_moment(http: Http, org: str, clinic: int) -> None:
    path = f"/v1/orgs/{org}/patients/p1/goals/g1"
    week_later = (NOON + timedelta(days=8)).isoformat()

    assert "no_entry" not in flagged(await http.get(path, as_of=NOON.isoformat(), by="happened"))
    assert "no_entry" in flagged(await http.get(path, as_of=week_later, by="happened"))


def flagged(goal: dict[str, list[dict[str, str]]]) -> set[str]:
    return {flag["code"] for flag in goal["flags"]}


async def test_a_goal_that_is_not_there_is_404(http: Http, org: str, clinic: int) -> None:
    problem = await http.refused(f"/v1/orgs/{org}/patients/p1/goals/g9", 404)

    assert problem["code"] == "goal.unknown"
    assert problem["version"] == 0


async def test_the_plan_is_no_goal_and_says_where_it_is(http: Http, org: str, clinic: int) -> None:
    problem = await http.refused(f"/v1/orgs/{org}/patients/p1/goals/plan", 404)

    assert "…/plan" in problem["detail"]


async def test_a_plan_reads_with_its_terms(http: Http, org: str, clinic: int) -> None:
    plan = await http.get(f"/v1/orgs/{org}/patients/p2/plan", min_position=clinic)

    assert (plan["status"], plan["clinician"], plan["version"]) == ("open", "c1", 1)
    assert (plan["review_every_days"], plan["active_goal_limit"]) == (14, 3)
    assert plan["accommodations"] == ["simplified_language"]


async def test_a_patient_without_a_plan_is_404(http: Http, org: str) -> None:
    problem = await http.refused(f"/v1/orgs/{org}/patients/p1/plan", 404)

    assert problem["code"] == "plan.missing"


@pytest.mark.parametrize(
    ("query", "goals"),
    [
        ({}, ["p1.g1", "p1.g2", "p2.g1"]),
        ({"patient": "p1"}, ["p1.g1", "p1.g2"]),
        ({"patient": "nobody"}, []),
        ({"status": "proposed"}, ["p1.g2", "p2.g1"]),
        ({"status": "proposed", "patient": "p2"}, ["p2.g1"]),
        ({"text": "DOG walk"}, ["p1.g2"]),
        ({"text": "100%"}, ["p2.g1"]),
        ({"text": "%"}, ["p2.g1"]),
        ({"text": "_"}, []),
        ({"overdue": "true", "day": TODAY + timedelta(days=400)}, ["p1.g1"]),
        ({"overdue": "true", "day": TODAY}, []),
        ({"overdue": "false", "day": TODAY + timedelta(days=400)}, ["p1.g2", "p2.g1"]),
    ],
)
async def test_the_goals_of_an_organisation_can_be_narrowed(
    http: Http, org: str, clinic: int, query: dict[str, object], goals: list[str]
) -> None:
    found = await http.get(f"/v1/orgs/{org}/goals", min_position=clinic, **query)

    assert named(found["items"]) == goals
    assert found["next"] is None


async def test_the_goals_of_a_patient_are_a_list_of_their_own(http: Http, org: str, clinic: int) -> None:
    path = f"/v1/orgs/{org}/patients/p1/goals"

    assert named((await http.get(path, min_position=clinic))["items"]) == ["p1.g1", "p1.g2"]
    assert named((await http.get(path, status="active"))["items"]) == ["p1.g1"]


async def test_a_list_comes_in_pages_that_add_up(http: Http, org: str, clinic: int) -> None:
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(3):
        page = await http.get(f"/v1/orgs/{org}/goals", limit=1, cursor=cursor, min_position=clinic)
        seen += named(page["items"])
        cursor = page["next"]

    assert seen == ["p1.g1", "p1.g2", "p2.g1"]
    assert cursor is None


async def test_a_goal_in_a_list_reads_as_it_does_alone(http: Http, org: str, clinic: int) -> None:
    page = await http.get(f"/v1/orgs/{org}/goals", patient="p2", min_position=clinic)

    assert page["items"] == [await http.get(f"/v1/orgs/{org}/patients/p2/goals/g1")]


async def test_nobody_reads_another_organisation(http: Http, org: str, clinic: int) -> None:
    assert (await http.get(f"/v1/orgs/{org}x/goals", min_position=clinic))["items"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 501}, "limit"),
        ({"status": "done"}, "status"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "WyJhdWRpdCIsIDVd"}, "cursor"),
        ({"text": "x" * 201}, "text"),
        ({"overdu": "true"}, "overdu"),
        ({"min_position": "soon"}, "min_position"),
    ],
)
async def test_a_wrong_parameter_is_named(http: Http, org: str, query: dict[str, object], field: str) -> None:
    problem = await http.refused(f"/v1/orgs/{org}/goals", 422, **query)

    assert problem["code"] == "request.invalid"
    assert [each["field"] for each in problem["errors"]] == [field]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/orgs/north.side/goals",
        "/v1/orgs/*/goals",
        "/v1/orgs/%3E/patients/p1/plan",
        "/v1/orgs/o/patients/p%00/plan",
        "/v1/orgs/o/patients/p1/goals/g%201",
        f"/v1/orgs/{'o' * 65}/goals",
        "/v1/orgs/o/patients/p1/goals/g.1/history",
        "/v1/orgs/o/patients/p1/goals/é/diff?from=1",
        "/v1/orgs/o%0A/reviews",
        "/v1/orgs/o'/audit",
    ],
)
async def test_an_id_that_is_no_token_is_refused(http: Http, path: str) -> None:
    problem = (await http.client.get(path)).json()

    assert (problem["status"], problem["code"]) == (422, "identity.mismatch")
