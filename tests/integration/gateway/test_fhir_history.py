"""`_history` over HTTP: of one goal, of a plan, and of every goal there is."""

from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class as r4_model

from events.goal.types import Held
from events.identity import GoalId
from events.log import Log
from services.fhir.outgoing.places import written_place
from tests.builders import active_goal, entry, event
from tests.integration.gateway.http import Http
from tests.waiting import eventually

# Any below: FHIR resources as JSON.


async def bundle(http: Http, path: str) -> Any:
    """The Bundle of a history."""
    response = await http.client.get(path if "://" in path else f"/fhir/R4/{path}")
    assert response.status_code == 200, response.text
    found = response.json()
    r4_model("Bundle").model_validate(found)
    assert found["type"] == "history"
    return found


def versions(found: Any) -> list[tuple[str, str]]:
    return [(each["resource"]["id"], each["resource"]["meta"]["versionId"]) for each in found.get("entry", ())]


def following(found: Any) -> str | None:
    return next((each["url"] for each in found["link"] if each["relation"] == "next"), None)


@pytest.fixture
async def goal(http: Http, org: str) -> GoalId:
    """Active, with an entry, then on hold: seven events with the review that followed, and the plan's."""
    goal = GoalId(org, "p1", "walk")
    await http.record(*active_goal(goal), event(goal, entry("e1", mood=4)))
    await http.record(event(goal, Held(reason="In hospital"), role="clinician", actor="c1"))
    return goal


async def test_the_versions_of_a_goal_come_in_pages_since_an_instant_or_as_a_number(
    http: Http, log: Log, goal: GoalId
) -> None:
    events = await log.read(goal)
    path = f"Goal/{goal}/_history"

    found: list[tuple[str, str]] = []
    page = await bundle(http, f"{path}?_count=4")
    while len(found) <= len(events):
        found += versions(page)
        assert page["total"] == len(events)
        if (url := following(page)) is None:
            break
        page = await bundle(http, url)
    assert found == [(str(goal), str(each.version)) for each in reversed(events)]

    last = events[-1].recorded_at.isoformat().replace("+00:00", "Z")
    assert versions(await bundle(http, f"{path}?_since={last}")) == [(str(goal), str(events[-1].version))]
    for number in ("_count=0", "_summary=count"):
        counted = await bundle(http, f"{path}?{number}")
        assert (counted["total"], "entry" in counted) == (len(events), False)
    for mistake in ("_since=monday", "_count=x", "_after=x", f"_after={'9' * 5000}", "mood=good", "_summary=text"):
        assert (await http.client.get(f"/fhir/R4/{path}?{mistake}")).status_code == 400


async def test_a_plan_has_a_version_for_each_event_of_its_patient(http: Http, log: Log, goal: GoalId) -> None:
    events = await log.read_patient(goal.plan)

    found = await bundle(http, f"CarePlan/{goal.plan}/_history")

    assert versions(found) == [(str(goal.plan), str(each.position)) for each in reversed(events)]
    assert found["entry"][-1]["request"] == {"method": "POST", "url": "CarePlan"}
    assert "goal" not in found["entry"][-1]["resource"]
    for each in found["entry"]:
        version = each["resource"]["meta"]["versionId"]
        read = await http.client.get(f"/fhir/R4/CarePlan/{goal.plan}/_history/{version}")
        assert (read.json(), read.headers["etag"]) == (each["resource"], each["response"]["etag"])
    assert (await http.client.get(f"/fhir/R4/CarePlan/{goal.plan}/_history/0")).status_code == 404
    assert (await http.client.get(f"/fhir/R4/CarePlan/{goal}/_history")).status_code == 404


@pytest.mark.parametrize("kind", ["Goal", "CarePlan"])
async def test_every_version_of_every_goal_or_plan_is_listed_the_newest_first(
    http: Http, log: Log, goal: GoalId, kind: str
) -> None:
    events = await (log.read(goal) if kind == "Goal" else log.read_patient(goal.plan))
    since = events[0].recorded_at.isoformat().replace("+00:00", "Z")
    id = str(goal if kind == "Goal" else goal.plan)
    expected = [(id, str(each.version if kind == "Goal" else each.position)) for each in reversed(events)]

    async def listed() -> list[tuple[str, str]]:
        found = []
        page = await bundle(http, f"{kind}/_history?_since={since}&_count=3")
        for _ in range(500):
            found += versions(page)
            if (url := following(page)) is None:
                return [each for each in found if each[0] == id]
            page = await bundle(http, url)
        raise AssertionError("the pages have no end")

    async def complete() -> bool:
        return len(await listed()) >= len(expected)

    await eventually(complete)  # which versions there are is known from the audit trail
    assert await listed() == expected
    newest = await bundle(http, f"{kind}/_history?_count=1")
    assert len(newest["entry"]) == 1
    counted = await bundle(http, f"{kind}/_history?_summary=count&_since={since}")
    assert counted["total"] >= len(expected)
    assert "entry" not in counted
    beyond = written_place(["0001-01-01T00:00:00+14:00", "northside", 1])
    for mistake in ("_since=monday", "_after=x", f"_after={beyond}", "patient=x"):
        assert (await http.client.get(f"/fhir/R4/{kind}/_history?{mistake}")).status_code == 400
