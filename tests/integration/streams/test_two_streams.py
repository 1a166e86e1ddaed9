"""Two streams of the log, a goals process for each, and the projections and the gateway over both."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic_core import to_json

from events.envelope import STRUCTURED, structured
from events.event import Event
from events.identity import GoalId
from events.log import Log
from events.log.placement import Placed
from projections.catalog import NAMES, projection_named
from projections.engine.checkpoint import CheckpointKey, read_checkpoint
from projections.engine.database import open_database, reading
from projections.engine.naming import Slot
from projections.engine.rebuilding import Rebuild
from projections.engine.service import serve as serve_projection
from services.access.service import serve as serve_access
from services.gateway import service as gateway
from services.gateway.feed_ids import decode
from services.settings import Settings
from tests.builders import active_goal, entry, event
from tests.conftest import running
from tests.end_to_end.faults.processes import ServiceProcess
from tests.integration.streams.conftest import A, B
from tests.tokens import ANYONE, written_out

ORGS = ("northside", "southside", "riverside")
GOALS, DAYS = 12, 4
Json = dict[str, Any]  # as it is answered


@pytest.fixture
async def desks(settings: Settings, tmp_path: Path) -> AsyncIterator[dict[str, ServiceProcess]]:
    """A goals service of each stream's own, as a process."""
    started = {
        stream: ServiceProcess(
            *("goals", "--stream", stream),
            data_dir=tmp_path,
            CAIRN_NATS_URL=settings.nats_address,
            CAIRN_PLACEMENT=str(settings.placement),
        )
        for stream in (A, B)
    }
    for each in started.values():
        await each.start()
    yield started
    for each in started.values():
        await each.stop()


@pytest.fixture
async def http(settings: Settings, desks: object) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a gateway, with every projection over both streams behind it."""
    said: list[str] = []

    async def serve_gateway(ready: Callable[[str], None]) -> None:
        def note(line: str) -> None:
            said.append(line)
            ready(line)

        await gateway.serve(settings, note, written_out)

    async with AsyncExitStack() as services:
        for name in NAMES:
            addresses = (settings.nats_address, settings.database_address)
            serve = partial(serve_projection, [projection_named(name)], *addresses, streams=settings.placement.streams)
            await services.enter_async_context(running(serve))
        await services.enter_async_context(running(partial(serve_access, settings)))
        await services.enter_async_context(running(serve_gateway))
        client = httpx.AsyncClient(base_url=said[0].split()[-1], timeout=30, headers=ANYONE)
        yield await services.enter_async_context(client)


async def offer(http: httpx.AsyncClient, each: Event) -> int:
    """Submit an event over HTTP; the position in its organisation's stream."""
    answer = await http.post("/v1/events", content=to_json(structured(each)), headers={"content-type": STRUCTURED})
    assert answer.status_code == 201, answer.text
    position: int = answer.json()["events"][-1]["position"]
    return position


async def keep_a_diary(http: httpx.AsyncClient, goal_id: GoalId) -> int:
    """Everything about one patient, one after another; the position of the last event."""
    position = 0
    for each in (*active_goal(goal_id), *(event(goal_id, entry(f"e{day}")) for day in range(DAYS))):
        position = await offer(http, each)
    return position


async def fill(http: httpx.AsyncClient) -> dict[str, int]:
    """Work on many goals of all organisations at once; each organisation's last position."""
    goals = [GoalId(org, f"pt-{number}", "walk") for org in ORGS for number in range(GOALS)]
    last = await asyncio.gather(*(keep_a_diary(http, goal_id) for goal_id in goals))
    return {org: max(p for g, p in zip(goals, last, strict=True) if g.org == org) for org in ORGS}


async def test_what_is_submitted_is_read_at_the_position_of_its_own_stream(
    http: httpx.AsyncClient, logs: Placed[Log]
) -> None:
    last = await fill(http)

    heads = {stream: await log.head() for stream, log in logs.items()}
    assert heads == {A: max(last["northside"], last["southside"]), B: last["riverside"]}
    for org in ORGS:
        for what, found in (("goals", GOALS), ("reviews", GOALS), ("audit", 100)):
            answer = await http.get(f"/v1/orgs/{org}/{what}", params={"min_position": last[org]})
            assert (answer.status_code, len(answer.json()["items"])) == (200, found)


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
async def test_each_stream_has_its_own_checkpoint_and_the_tables_are_what_a_rebuild_makes_of_both(
    http: httpx.AsyncClient, logs: Placed[Log], settings: Settings
) -> None:
    last = await fill(http)
    for what in ("goals", "reviews", "audit"):
        for org in ORGS:
            await http.get(f"/v1/orgs/{org}/{what}", params={"min_position": last[org]})
    engine = open_database(settings.database_address)

    for name in NAMES:
        with reading(engine) as connection:
            found = {stream: read_checkpoint(connection, CheckpointKey(name, Slot.LIVE, stream)) for stream in (A, B)}
        assert {stream: at and at.position for stream, at in found.items()} == {
            stream: await log.head() for stream, log in logs.items()
        }
        async with Rebuild(engine, projection_named(name), dict(logs.items())).building() as rebuild:
            await rebuild.complete(lambda _done, _of: None)
            comparison = await rebuild.compare()
            assert comparison.same
            assert comparison.live_positions == comparison.next_positions
            assert any(table.live_rows for table in comparison.tables)
    engine.dispose()


async def test_while_one_stream_s_process_is_down_the_other_s_organisations_go_on(
    http: httpx.AsyncClient, desks: dict[str, ServiceProcess]
) -> None:
    await desks[A].kill()
    plan, *_ = active_goal(GoalId("northside", "pt-1", "walk"))

    down = await http.post("/v1/events", content=to_json(structured(plan)), headers={"content-type": STRUCTURED})
    assert (down.status_code, down.json()["code"]) == (503, "log.unavailable")
    assert await keep_a_diary(http, GoalId("riverside", "pt-1", "walk"))

    await desks[A].start()
    assert await offer(http, plan) == 1


async def test_an_organisation_without_a_place_is_told_so(http: httpx.AsyncClient) -> None:
    plan, *_ = active_goal(GoalId("elsewhere", "pt-1", "walk"))

    submitted = await http.post("/v1/events", content=to_json(structured(plan)), headers={"content-type": STRUCTURED})
    read = await http.get("/v1/orgs/elsewhere/goals")
    earlier = await http.get("/v1/orgs/elsewhere/patients/pt-1/goals/walk", params={"position": 1})

    assert (submitted.status_code, submitted.json()["code"]) == (422, "org.unknown")
    assert [(each.status_code, each.json()["code"]) for each in (read, earlier)] == [(404, "org.unknown")] * 2


async def test_an_earlier_moment_and_the_feed_are_those_of_the_organisation_s_stream(
    http: httpx.AsyncClient,
) -> None:
    here, there = GoalId("riverside", "pt-1", "walk"), GoalId("northside", "pt-1", "walk")
    for goal_id in (here, there):
        await keep_a_diary(http, goal_id)

    proposed = await http.get("/v1/orgs/riverside/patients/pt-1/goals/walk", params={"position": 2})
    assert (proposed.json()["org"], proposed.json()["status"], proposed.json()["version"]) == (
        "riverside",
        "proposed",
        1,
    )
    assert (await http.get("/fhir/R5/Goal/riverside.pt-1.walk")).status_code == 200
    async with http.stream("GET", "/v1/feed", params={"org": "riverside"}, headers={"last-event-id": "2"}) as feed:
        found = [decode(line.removeprefix("id: ")).position async for line in _lines(feed, 3)]
    assert found == [3, 4, 5]


async def _lines(feed: httpx.Response, count: int) -> AsyncIterator[str]:
    """The first ids of a feed."""
    async for line in feed.aiter_lines():
        if line.startswith("id: "):
            yield line
            count -= 1
            if not count:
                return
