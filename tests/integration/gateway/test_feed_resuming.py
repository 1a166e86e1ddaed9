"""A reader of the feed that was cut off goes on by Last-Event-ID: nothing is missing, and nothing comes twice."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from events.goal.types import ReviewScheduled
from events.identity import GoalId
from events.log import Append, Log, LogUnreachable, connect, declare_log
from services.access.records.stream import declare_access
from services.embedded_server import EmbeddedServer
from services.gateway.service import serve
from services.settings import Settings
from tests.builders import active_goal, entry, event, opened
from tests.conftest import running
from tests.integration.gateway.http import PLAIN, Http
from tests.integration.gateway.listening import Listener, Received, listening, position_of
from tests.tokens import ANYONE, written_out
from tests.waiting import eventually

PATIENTS = ("p1", "p2", "p3")


@asynccontextmanager
async def another_gateway(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a gateway that ends with the block."""
    said: list[str] = []

    async def gateway(ready: Callable[[str], None]) -> None:
        def note(line: str) -> None:
            said.append(line)
            ready(line)

        await serve(settings.model_copy(update={"http_port": 0}), note, written_out)

    async with (
        running(gateway),
        httpx.AsyncClient(base_url=said[0].split()[-1], timeout=30, headers=ANYONE, verify=PLAIN) as client,
    ):
        yield client


@pytest.fixture
async def goals(http: Http, org: str) -> list[GoalId]:
    """Active goals of several patients."""
    ids = [GoalId(org, patient, "g1") for patient in PATIENTS]
    for goal in ids:
        await http.record(*active_goal(goal))
    return ids


async def positions(feed: Listener, upto: int) -> list[int]:
    """The ids of what comes, up to a position."""
    found: list[int] = []
    while not found or found[-1] < upto:
        found += [position_of(each) for each in await feed.take(1)]
    return found


async def recorded(http: Http, goals: list[GoalId], rounds: int) -> list[int]:
    """Positions of entries that are written to all of the goals at once, round by round; each has one position."""
    found: list[int] = []
    for number in range(rounds):
        found += await asyncio.gather(*(http.record(event(goal, entry(f"e{number}"))) for goal in goals))
    return sorted(found)


async def test_at_the_head_only_what_comes_next_comes(http: Http, org: str, goals: list[GoalId]) -> None:
    last = await http.record(event(goals[0], entry("first")))

    async with listening(http.client, last_event_id=str(last), org=org) as feed:
        following = await recorded(http, goals, rounds=2)
        assert await positions(feed, following[-1]) == following


async def test_by_zero_it_begins_at_the_first_event(http: Http, org: str) -> None:
    first = await http.record(event(GoalId(org, "p1", "plan"), opened()))

    async with listening(http.client, last_event_id="0", org=org) as feed:
        [received] = await feed.take(1)

    assert position_of(received) == first


async def test_another_gateway_goes_on_where_one_was_left(
    http: Http, settings: Settings, org: str, goals: list[GoalId]
) -> None:
    begin = await http.record(event(goals[0], entry("first")))
    writing = asyncio.create_task(recorded(http, goals, rounds=20))
    received: list[Received] = []
    async with another_gateway(settings) as other:
        for client in (http.client, other, http.client, other):
            last = received[-1]["id"] if received else str(begin)
            async with listening(client, last_event_id=last, org=org) as feed:
                received += await feed.take(13)
    expected = await writing
    async with listening(http.client, last_event_id=received[-1]["id"], org=org) as feed:
        seen = [position_of(each) for each in received] + await positions(feed, expected[-1])

    assert seen == expected


async def test_a_reader_of_one_patient_may_go_on_from_a_position_of_another(
    http: Http, org: str, goals: list[GoalId]
) -> None:
    await http.record(event(goals[0], entry("before")))
    elsewhere = await http.record(event(goals[1], entry("elsewhere")))
    later = [await http.record(event(goals[0], entry(f"e{number}"))) for number in range(3)]

    async with listening(http.client, last_event_id=str(elsewhere), org=org, patient=goals[0].patient) as feed:
        assert await positions(feed, later[-1]) == later


async def test_what_is_stored_together_comes_whole_from_any_place_in_it(
    http: Http, org: str, goals: list[GoalId], log: Log
) -> None:
    goal = goals[0]._replace(goal="g2")
    together = [*active_goal(goal)[1:], event(goal, ReviewScheduled(due_on=entry("e").on, cause="initial"))]
    found = [each.position for each in await log.append(Append(tuple(together), 0, 0))]

    for index, position in enumerate(found[:-1]):
        async with listening(http.client, last_event_id=str(position), org=org) as feed:
            assert await positions(feed, found[-1]) == found[index + 1 :]


async def test_a_reader_outlives_the_server_without_a_gap_or_a_repeat(
    own_server: EmbeddedServer, tmp_path: Path
) -> None:
    settings = Settings(nats_url=own_server.url, data_dir=tmp_path / "data")
    nc = await connect(own_server.url, name="test")
    await declare_log(nc)
    await declare_access(nc)
    log = Log(nc)
    goal = GoalId("org", "p1", "g1")
    before = [each.position for each in await log.append(Append(tuple(active_goal(goal)[1:]), 0, 0))]
    async with another_gateway(settings) as client, listening(client, last_event_id="0") as feed:
        seen = await positions(feed, before[-1])
        await own_server.stop()
        await own_server.start()
        await eventually(lambda: answers(log), within=30)
        later = await log.append(Append((event(goal, entry("e1")), event(goal, entry("e2"))), 3, before[-1]))
        seen += await positions(feed, later[-1].position)

    assert seen == list(range(1, later[-1].position + 1))
    await log.close()
    await nc.close()


async def answers(log: Log) -> bool:
    try:
        return await log.head() > 0
    except LogUnreachable:
        return False
