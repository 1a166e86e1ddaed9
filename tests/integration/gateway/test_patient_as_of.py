"""A goal as it stood at an earlier moment, by folding the log, on both axes of time."""

from datetime import timedelta

import pytest

from events.goal.types import Changes, Revised
from events.identity import GoalId
from events.log import Log
from tests.builders import NOON, active_goal, entry, event, gas
from tests.integration.gateway.http import Http

DAY = timedelta(days=1)


@pytest.fixture
async def goal(http: Http, log: Log, org: str) -> GoalId:
    """Activated on day 0; an entry on day 3; a revision on day 5; a late entry for day 1."""
    goal = GoalId(org, "p1", "g1")
    await http.record(*active_goal(goal))
    await http.record(
        event(goal, entry("third"), time=NOON + 3 * DAY),
        event(goal, Revised(changes=Changes(gas=gas()), reason="too_easy"), time=NOON + 5 * DAY),
        event(goal, entry("late"), time=NOON + DAY),
    )
    return goal


def path(goal: GoalId) -> str:
    return f"/v1/orgs/{goal.org}/patients/{goal.patient}/goals/{goal.goal}"


async def entries(http: Http, goal: GoalId, **moment: object) -> list[str]:
    return [each["entry"] for each in (await http.get(path(goal), include="progress", **moment))["progress"]]


async def test_at_its_last_position_it_reads_as_it_does_now(http: Http, log: Log, goal: GoalId) -> None:
    last = (await log.read(goal))[-1].position
    now = await http.get(path(goal), min_position=last)

    assert await http.get(path(goal), position=last) == now
    assert await http.get(path(goal), as_of="2100-01-01T00:00:00Z") == now
    whole = await http.get(path(goal), include="progress,weekly_wins")
    assert await http.get(path(goal), position=last, include="progress,weekly_wins") == whole
    assert {*whole} - {*now} == {"progress", "weekly_wins"}


async def test_at_a_position_it_reads_as_it_stood_then(http: Http, log: Log, goal: GoalId) -> None:
    for recorded in await log.read(goal):
        then = await http.get(path(goal), position=recorded.position)

        assert (then["version"], then["position"]) == (recorded.version, recorded.position)


async def test_as_of_shows_what_the_record_said_then(http: Http, log: Log, goal: GoalId) -> None:
    revision = next(each for each in await log.read(goal) if isinstance(each.data, Revised))

    then = await http.get(path(goal), as_of=revision.recorded_at.isoformat())
    before = await http.get(path(goal), as_of=(revision.recorded_at - timedelta(microseconds=1)).isoformat())

    assert then["gas"] is not None
    assert before["gas"] is None
    assert await entries(http, goal, as_of=revision.recorded_at.isoformat()) == ["third"]


async def test_by_happened_shows_what_was_so_then_with_late_entries(http: Http, goal: GoalId) -> None:
    day_2, day_4 = ((NOON + days * DAY).isoformat() for days in (2, 4))

    assert await entries(http, goal, as_of=day_2, by="happened") == ["late"]
    assert await entries(http, goal, as_of=day_4, by="happened") == ["third", "late"]


async def test_the_plan_counts_as_it_stood_then(http: Http, log: Log, goal: GoalId) -> None:
    first = (await log.read(goal))[0].position

    then = await http.get(path(goal), position=first)

    assert then["status"] == "proposed"
    assert then["missing"] == []


@pytest.mark.parametrize("moment", [{"position": 0}, {"as_of": "2000-01-01T00:00:00Z"}])
async def test_before_it_was_there_it_is_404(http: Http, goal: GoalId, moment: dict[str, object]) -> None:
    problem = await http.refused(path(goal), 404, **moment)

    assert problem["code"] == "goal.unknown"
    assert "at that moment" in problem["detail"]


@pytest.mark.parametrize(
    "moment",
    [
        {"as_of": "2026-03-02"},
        {"as_of": "2026-03-02T12:00:00"},
        {"as_of": "2026-03-02T12:00:00Z", "position": 1},
        {"by": "happened"},
        {"as_of": "2026-03-02T12:00:00Z", "by": "guessed"},
        {"position": -1},
    ],
)
async def test_a_moment_that_is_none_is_refused(http: Http, goal: GoalId, moment: dict[str, object]) -> None:
    problem = await http.refused(path(goal), 422, **moment)

    assert problem["code"] == "request.invalid"


async def test_a_plus_sign_may_get_lost_in_the_address(http: Http, goal: GoalId) -> None:
    response = await http.client.get(f"{path(goal)}?as_of=2026-03-03T12:00:00+01:00&by=happened")

    assert response.status_code == 200, response.text
