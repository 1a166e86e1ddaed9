"""Streams follow the placement as organisations are added, and nothing that is stored loses its place."""

from collections.abc import AsyncIterator

import pytest
from nats.js.errors import NoStreamResponseError

from events.identity import GoalId
from events.log import Append, Log, WrongStream, connect, declare_log
from events.log.client.resilient import ResilientClient
from events.log.placement import Placement
from events.log.placing import place
from services.embedded_server import EmbeddedServer
from tests.builders import active_goal

TWO = Placement({"CAIRN_LOG_A": ["northside"], "CAIRN_LOG_B": ["riverside"]})


@pytest.fixture
async def empty(own_server: EmbeddedServer) -> AsyncIterator[ResilientClient]:
    """A connection to a server without a log."""
    connection = await connect(own_server.url, name="test")
    yield connection
    await connection.close()


async def append(nc: ResilientClient, org: str, stream: str) -> int:
    """Record the plan of a new patient; its position."""
    log = Log(nc, stream)
    plan, *_ = active_goal(GoalId(org, f"pt-{await log.head()}", "walk"))
    try:
        (recorded,) = await log.append(Append((plan,), 0, 0))
    finally:
        await log.close()
    return recorded.position


async def test_each_stream_counts_its_own_positions_and_feeds_the_one_feed(empty: ResilientClient) -> None:
    feed = await empty.subscribe("cairn.feed.>")

    assert await place(empty, TWO) == ["CAIRN_LOG_A", "CAIRN_LOG_B"]
    positions = [
        await append(empty, org, TWO.stream_of(org)) for org in ("northside", "northside", "riverside", "northside")
    ]

    assert positions == [1, 2, 1, 3]
    fed = [await feed.next_msg(timeout=5) for _ in positions]
    assert [(message.headers or {})["Nats-Stream"] for message in fed] == [
        *("CAIRN_LOG_A", "CAIRN_LOG_A", "CAIRN_LOG_B", "CAIRN_LOG_A")
    ]
    assert [message.subject.split(".")[2] for message in fed] == ["northside", "northside", "riverside", "northside"]


async def test_nothing_of_an_organisation_without_a_place_can_be_stored(empty: ResilientClient) -> None:
    await place(empty, TWO)

    with pytest.raises(NoStreamResponseError):
        await empty.jetstream().publish("cairn.log.elsewhere.pt-1.walk", b"")


async def test_placed_again_nothing_is_changed(empty: ResilientClient) -> None:
    await place(empty, TWO)

    assert await place(empty, TWO) == []


async def test_a_new_organisation_gets_its_place_and_the_others_keep_theirs(empty: ResilientClient) -> None:
    await place(empty, TWO)
    await append(empty, "northside", "CAIRN_LOG_A")
    grown = Placement({"CAIRN_LOG_A": ["northside", "southside"], "CAIRN_LOG_B": ["riverside"]})

    with pytest.raises(WrongStream, match="cairn log declare"):
        await declare_log(empty, "CAIRN_LOG_A", subjects=grown.subjects("CAIRN_LOG_A"))
    assert await place(empty, grown) == ["CAIRN_LOG_A"]

    await declare_log(empty, "CAIRN_LOG_A", subjects=grown.subjects("CAIRN_LOG_A"))
    assert await append(empty, "southside", "CAIRN_LOG_A") == 2


async def test_the_one_log_of_all_becomes_one_of_several(empty: ResilientClient) -> None:
    await place(empty, Placement())
    await append(empty, "northside", "CAIRN_LOG")
    split = Placement({"CAIRN_LOG": ["northside"], "CAIRN_LOG_B": ["riverside"]})

    assert await place(empty, split) == ["CAIRN_LOG", "CAIRN_LOG_B"]

    assert await append(empty, "northside", "CAIRN_LOG") == 2
    assert await append(empty, "riverside", "CAIRN_LOG_B") == 1


async def test_an_organisation_with_events_cannot_be_placed_elsewhere(empty: ResilientClient) -> None:
    await place(empty, Placement())
    for org in ("northside", "riverside"):
        await append(empty, org, "CAIRN_LOG")

    with pytest.raises(WrongStream, match="holds 1 event of organisations that CAIRN_PLACEMENT does not place in it"):
        await place(empty, Placement({"CAIRN_LOG": ["northside"], "CAIRN_LOG_B": ["riverside"]}))

    assert (await empty.jetstream().stream_info("CAIRN_LOG")).config.subjects == ["cairn.log.*.*.*"]


async def test_what_an_operator_set_on_a_stream_stays(empty: ResilientClient) -> None:
    await place(empty, TWO)
    config = (await empty.jetstream().stream_info("CAIRN_LOG_A")).config
    config.description = "The northern clinics"
    await empty.jetstream().update_stream(config)

    await place(empty, Placement({"CAIRN_LOG_A": ["northside", "southside"], "CAIRN_LOG_B": ["riverside"]}))

    assert (await empty.jetstream().stream_info("CAIRN_LOG_A")).config.description == "The northern clinics"
