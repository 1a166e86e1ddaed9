"""The live feed over HTTP: from the head, from a position, without a gap or a repeat."""

import asyncio

import pytest

from events.identity import GoalId
from tests.builders import active_goal, entry, event, opened
from tests.integration.gateway.http import Http
from tests.integration.gateway.listening import listening, position_of
from tests.waiting import eventually


async def test_a_new_reader_gets_what_is_recorded_from_now_on(http: Http, org: str) -> None:
    plan = GoalId(org, "p1", "plan")
    await http.record(event(GoalId(org, "p0", "plan"), opened()))

    async with listening(http.client, org=org) as feed:
        position = await http.record(event(plan, opened(), id="first", role="clinician", actor="c1"))
        [received] = await feed.take(1)

    assert feed.response.headers["content-type"].startswith("text/event-stream")
    assert position_of(received) == position
    assert received["event"] == "cairn.plan.opened.v1"
    cloud_event = received["data"]
    assert cloud_event["subject"] == str(plan)
    assert (cloud_event["id"], cloud_event["position"], cloud_event["version"]) == ("first", position, 1)
    assert (cloud_event["actor"], cloud_event["actorrole"]) == ("c1", "clinician")
    assert cloud_event["recordedtime"]


@pytest.mark.parametrize("way", ["header", "query"])
async def test_a_reader_resumes_without_a_gap_or_a_repeat_while_others_write(http: Http, org: str, way: str) -> None:
    goal = GoalId(org, "p1", "g1")
    await http.record(*active_goal(goal))
    begin = await http.record(event(goal, entry("e0")))

    async def write() -> None:
        for number in range(1, 31):
            await http.record(event(goal, entry(f"e{number}")))

    writing = asyncio.create_task(write())
    seen: list[str] = []
    last = str(begin)
    while len(seen) < 30:
        resume = {"last_event_id": last} if way == "header" else {"after": last}
        async with listening(http.client, org=org, **resume) as feed:
            for received in await feed.take(min(7, 30 - len(seen))):
                last = received["id"] if way == "header" else str(position_of(received))
                seen.append(received["data"]["data"]["entry"])
    await writing

    assert seen == [f"e{number}" for number in range(1, 31)]


async def test_the_header_of_a_reconnecting_browser_counts_more_than_the_address_it_began_with(
    http: Http, org: str
) -> None:
    first = await http.record(event(GoalId(org, "p1", "plan"), opened()))
    await http.record(event(GoalId(org, "p2", "plan"), opened()))

    async with listening(http.client, last_event_id=str(first), after=first - 1, org=org) as feed:
        [received] = await feed.take(1)

    assert received["data"]["subject"] == f"{org}.p2.plan"


async def test_a_reader_of_one_patient_gets_nobody_else(http: Http, org: str) -> None:
    before = await http.record(event(GoalId(org, "p0", "plan"), opened()))
    for patient in ("p1", "p2", "p1x"):
        await http.record(*active_goal(GoalId(org, patient, "g1")))
    await http.record(event(GoalId(org, "p2", "g1"), entry("last")))

    async with listening(http.client, org=org, patient="p2", after=before) as feed:
        received = await feed.take(6)

    assert {each["data"]["subject"] for each in received} == {f"{org}.p2.plan", f"{org}.p2.g1"}
    assert received[-1]["event"] == "cairn.goal.progress_logged.v1"


@pytest.mark.parametrize("last_event_id", ["x", "-1", "1.5", "9" * 29, "99999999"])
async def test_a_position_that_the_log_does_not_have_is_refused(http: Http, last_event_id: str) -> None:
    response = await http.client.get("/v1/feed", headers={"last-event-id": last_event_id})

    assert response.status_code == 422
    assert response.json()["code"] == "request.invalid"


async def test_a_reader_counts_while_it_listens_and_is_forgotten_when_it_goes(http: Http) -> None:
    async def listeners() -> str:
        lines = (await http.ask("/metrics")).text.splitlines()
        return next(line for line in lines if line.startswith("cairn_feeds_open "))

    async def nobody() -> bool:
        return await listeners() == "cairn_feeds_open 0.0"

    await eventually(nobody)
    async with listening(http.client):
        assert await listeners() == "cairn_feeds_open 1.0"
    await eventually(nobody)
