"""Which reviews are coming up, due or overdue, on today's date or on another."""

from datetime import UTC, date, datetime, timedelta

import pytest

from events.goal.types import Closed
from events.identity import GoalId
from tests.builders import TODAY, active_goal, event
from tests.integration.gateway.http import Http

DUE = TODAY + timedelta(days=14)


@pytest.fixture
async def clinic(http: Http, org: str) -> int:
    """p1 and p2 each have a goal to review 14 days after its activation."""
    await http.record(*active_goal(GoalId(org, "p1", "g1")))
    return await http.record(*active_goal(GoalId(org, "p2", "g1")))


async def test_a_review_reads_with_its_goal_and_why(http: Http, org: str, clinic: int) -> None:
    found = await http.get(f"/v1/orgs/{org}/reviews", patient="p1", day=DUE, min_position=clinic)

    [review] = found["items"]
    assert (review["patient"], review["goal"], review["due_on"]) == ("p1", "g1", DUE.isoformat())
    assert (review["status"], review["cause"], review["goal_status"]) == ("due", "initial", "active")
    assert review["statement"] == "I want to wake up without dread"
    assert review["clinician"] == "c1"


@pytest.mark.parametrize(
    ("day", "status"), [(DUE - timedelta(days=1), "upcoming"), (DUE, "due"), (DUE + timedelta(days=1), "overdue")]
)
async def test_what_is_due_depends_on_the_day(http: Http, org: str, clinic: int, day: date, status: str) -> None:
    for asked in ("upcoming", "due", "overdue"):
        found = await http.get(f"/v1/orgs/{org}/reviews", day=day, status=asked, min_position=clinic)

        assert [each["status"] for each in found["items"]] == ([status] * 2 if asked == status else [])


async def test_today_is_the_day_by_default(http: Http, org: str, clinic: int) -> None:
    found = await http.get(f"/v1/orgs/{org}/reviews", min_position=clinic)

    expected = "overdue" if datetime.now(UTC).date() > DUE else "upcoming"
    assert {each["status"] for each in found["items"]} == {expected}


async def test_until_ends_the_list(http: Http, org: str, clinic: int) -> None:
    path = f"/v1/orgs/{org}/reviews"

    assert len((await http.get(path, until=DUE, min_position=clinic))["items"]) == 2
    assert (await http.get(path, until=DUE - timedelta(days=1)))["items"] == []


async def test_reviews_come_in_pages(http: Http, org: str, clinic: int) -> None:
    first = await http.get(f"/v1/orgs/{org}/reviews", limit=1, min_position=clinic)
    second = await http.get(f"/v1/orgs/{org}/reviews", limit=1, cursor=first["next"])

    assert [each["patient"] for each in first["items"] + second["items"]] == ["p1", "p2"]
    assert second["next"] is None


async def test_a_closed_goal_is_not_reviewed(http: Http, org: str, clinic: int) -> None:
    closing = Closed(outcome="achieved", reason="Done")
    position = await http.record(event(GoalId(org, "p1", "g1"), closing, role="clinician", actor="c1"))

    found = await http.get(f"/v1/orgs/{org}/reviews", min_position=position)

    assert [each["patient"] for each in found["items"]] == ["p2"]


@pytest.mark.parametrize(
    ("query", "field"), [({"status": "late"}, "status"), ({"day": "soon"}, "day"), ({"until": "2026-02-30"}, "until")]
)
async def test_a_wrong_parameter_is_named(http: Http, org: str, query: dict[str, object], field: str) -> None:
    problem = await http.refused(f"/v1/orgs/{org}/reviews", 422, **query)

    assert [each["field"] for each in problem["errors"]] == [field]
