"""A reader of the feed learns that the log has become another one: when it comes back, and while it reads."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from events.identity import GoalId
from events.log import Append, Log, connect, declare_log
from events.log.client.resilient import ResilientClient
from services.access.records.stream import declare_access
from services.embedded_server import EmbeddedServer
from services.gateway.feed_ids import encode
from services.settings import Settings
from tests.anew import make_anew
from tests.builders import active_goal, entry, event
from tests.integration.gateway.listening import listening, position_of
from tests.integration.gateway.test_feed_resuming import another_gateway

GOAL = GoalId("org", "p1", "g1")
FIRST = active_goal(GOAL)[1:]


@pytest.fixture
async def nc(own_server: EmbeddedServer) -> AsyncIterator[ResilientClient]:
    nc = await connect(own_server.url, name="test")
    yield nc
    await nc.close()


@pytest.fixture
async def log(nc: ResilientClient) -> AsyncIterator[Log]:
    """A log with three events of one goal."""
    await declare_log(nc)
    await declare_access(nc)
    log = Log(nc)
    await log.append(Append(tuple(FIRST), 0, 0))
    yield log
    await log.close()


@pytest.fixture
async def client(own_server: EmbeddedServer, log: Log, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with another_gateway(Settings(nats_url=own_server.url, data_dir=tmp_path / "data")) as client:
        yield client


async def replace(nc: ResilientClient, log: Log, events: int) -> None:
    """Put another log in the place of this one, with so many events."""
    await make_anew(nc)
    more = [event(GOAL, entry(f"e{number}")) for number in range(events)]
    await log.append(Append(tuple(more), 0, 0))


async def id_at(log: Log, position: int) -> str:
    batch = await anext(aiter(log.follow(position - 1)))
    return encode(batch.messages[0])


async def test_by_the_id_of_an_event_of_this_log_it_goes_on_right_behind(client: httpx.AsyncClient, log: Log) -> None:
    async with listening(client, last_event_id=await id_at(log, 2)) as feed:
        [received] = await feed.take(1)

    assert position_of(received) == 3
    assert received["id"] == await id_at(log, 3)


@pytest.mark.parametrize(
    ("events", "what"), [(2, "it ends at position 2"), (3, "another event at position 3"), (9, "another event")]
)
async def test_an_id_of_another_log_is_refused(
    client: httpx.AsyncClient, nc: ResilientClient, log: Log, events: int, what: str
) -> None:
    before = await id_at(log, 3)
    await replace(nc, log, events)

    response = await client.get("/v1/feed", headers={"last-event-id": before})

    assert response.status_code == 409
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["code"] == "log.replaced"
    assert what in problem["detail"]
    assert "after=0" in problem["detail"]


@pytest.mark.parametrize("wrong", ["3000000000", "9" * 28])
async def test_a_wrong_id_is_not_taken_for_a_log_that_its_operator_has_to_look_at(
    client: httpx.AsyncClient, wrong: str
) -> None:
    response = await client.get("/v1/feed", headers={"last-event-id": wrong})

    problem = response.json()
    assert (response.status_code, problem["code"]) == (409, "log.replaced")
    assert problem["title"].startswith("A position that is remembered is not of this log.")
    assert "Your place in the feed is not of this log" in problem["detail"]
    assert "operator" not in response.text


async def test_begun_anew_everything_comes(client: httpx.AsyncClient, nc: ResilientClient, log: Log) -> None:
    await replace(nc, log, 4)

    async with listening(client, after=0) as feed:
        received = await feed.take(4)

    assert [position_of(each) for each in received] == [1, 2, 3, 4]


@pytest.mark.parametrize("after", [0, 3])
async def test_a_reader_that_listens_meanwhile_is_told_and_its_feed_ends(
    client: httpx.AsyncClient, nc: ResilientClient, log: Log, after: int
) -> None:
    async with listening(client, after=after) as feed:
        await feed.take(3 - after)

        await replace(nc, log, 5)

        [last] = await feed.take(1)
        with pytest.raises(StopAsyncIteration):
            await feed.take(1)

    assert last["event"] == "cairn.log.replaced"
    assert last["data"]["code"] == "log.replaced"
    assert "id" not in last
