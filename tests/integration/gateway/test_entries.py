"""The diary of a goal is a read of its own, in pages; a goal has it only where it is asked for."""

import pytest

from events.goal.types import ProgressCorrected, ProgressWithdrawn
from events.identity import GoalId
from tests.builders import active_goal, entry, event
from tests.integration.gateway.http import Http


@pytest.fixture
async def goal(http: Http, org: str) -> GoalId:
    """With five entries, of which one was put right and one withdrawn."""
    goal = GoalId(org, "p1", "g1")
    await http.record(*active_goal(goal), *(event(goal, entry(f"e{number}", mood=number)) for number in range(1, 6)))
    await http.record(event(goal, ProgressCorrected(entry="e2", mood=9, reason="typed 2")))
    await http.get(
        path(goal),
        min_position=await http.record(event(goal, ProgressWithdrawn(entry="e4", reason="about another goal"))),
    )
    return goal


def path(goal: GoalId) -> str:
    return f"/v1/orgs/{goal.org}/patients/{goal.patient}/goals/{goal.goal}"


async def test_entries_come_in_pages_as_they_are_now(http: Http, goal: GoalId) -> None:
    first = await http.get(f"{path(goal)}/entries", limit=2)
    second = await http.get(f"{path(goal)}/entries", limit=2, cursor=first["next"])

    assert [(each["entry"], each["mood"], each["corrected"]) for each in first["items"]] == [
        ("e1", 1, False),
        ("e2", 9, True),
    ]
    assert [each["entry"] for each in second["items"]] == ["e3", "e5"]
    assert (second["next"], second["quarantined"]) == (None, None)


async def test_the_newest_come_first_where_that_is_asked_for(http: Http, goal: GoalId) -> None:
    first = await http.get(f"{path(goal)}/entries", order="newest", limit=3)
    second = await http.get(f"{path(goal)}/entries", order="newest", limit=3, cursor=first["next"])

    assert [each["entry"] for each in (*first["items"], *second["items"])] == ["e5", "e3", "e2", "e1"]


async def test_a_goal_tells_the_last_day_of_its_diary_and_the_rest_where_it_is_asked_for(
    http: Http, goal: GoalId
) -> None:
    entries = (await http.get(f"{path(goal)}/entries"))["items"]
    plain = await http.get(path(goal))
    whole = await http.get(path(goal), include="progress,weekly_wins")
    repeated = await http.client.get(f"{path(goal)}?include=weekly_wins&include=progress")
    listed = await http.get(f"/v1/orgs/{goal.org}/goals", include="progress")
    of_patient = await http.get(f"/v1/orgs/{goal.org}/patients/{goal.patient}/goals", include="progress")

    assert plain["last_entry_on"] == max(each["on"] for each in entries)
    assert {*whole} - {*plain} == {"progress", "weekly_wins"}
    assert repeated.json() == whole
    assert listed["items"][0]["progress"] == of_patient["items"][0]["progress"] == whole["progress"] == entries
    assert "weekly_wins" not in listed["items"][0]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"include": "everything"}, "include.0"),
        ({"include": "progress,"}, "include.1"),
    ],
)
async def test_what_there_is_not_cannot_be_included(
    http: Http, goal: GoalId, query: dict[str, object], field: str
) -> None:
    problem = await http.refused(path(goal), 422, **query)

    assert [each["field"] for each in problem["errors"]] == [field]


@pytest.mark.parametrize("query", [{"order": "random"}, {"limit": 0}, {"cursor": "WyJnb2FscyIsInAxIiwiZzEiXQ"}])
async def test_pages_that_there_are_not_are_refused(http: Http, goal: GoalId, query: dict[str, object]) -> None:
    problem = await http.refused(f"{path(goal)}/entries", 422, **query)

    assert problem["code"] == "request.invalid"


@pytest.mark.parametrize("other", ["g2", "plan"])
async def test_of_a_goal_that_is_not_there_nothing_is_told(http: Http, goal: GoalId, other: str) -> None:
    problem = await http.refused(f"{path(goal._replace(goal=other))}/entries", 404)

    assert problem["code"] == "goal.unknown"
