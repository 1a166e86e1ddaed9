"""What was lost with a log is told goal by goal: what the audit trail has, and the log that is there has not."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic_core import from_json
from sqlalchemy import Engine

from events.event import Event
from events.identity import GoalId
from events.log import Log, connect, declare_log
from events.log.client.resilient import ResilientClient
from events.log.comparison import GOALS, LogComparison, compared
from events.log.placement import EVERY
from events.log.stream import STREAM
from projections.audit_trail.projection import PROJECTION
from projections.engine.database import open_database, writing
from projections.engine.tables import declare_own
from projections.engine.writer import ProjectionWriter
from services.embedded_server import EmbeddedServer
from services.node.compared_log import ComparedLog
from services.node.lost_events import GoalThatLost, Lost, lost_events
from services.node.other_log import OfAnotherLog
from services.node.remembered import of_another_log
from services.node.replaced_log import look_for_a_replaced_log
from services.settings import Settings
from tests.anew import make_anew
from tests.builders import GOAL, active_goal, entry, event
from tests.decided import record_decided

SWIM = GoalId(*GOAL[:2], "swim")
KEPT = active_goal(GOAL)


@pytest.fixture
async def nc(own_server: EmbeddedServer) -> AsyncIterator[ResilientClient]:
    connection = await connect(own_server.url, name="test")
    await declare_log(connection)
    yield connection
    await connection.close()


@pytest.fixture
async def its_log(nc: ResilientClient) -> AsyncIterator[Log]:
    log = Log(nc)
    yield log
    await log.close()


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = open_database(f"sqlite:///{tmp_path / 'cairn.db'}")
    with writing(engine) as connection:
        declare_own(connection)
    return engine


async def _built(engine: Engine, log: Log) -> None:
    """The audit trail of what is in the log by now."""
    head = await log.head()
    writer = ProjectionWriter(engine, PROJECTION, STREAM)
    writer.resume()
    async for batch in log.follow():
        writer.take(batch.messages, batch.head)
        if writer.position >= head:
            break
    assert writer.go_live([STREAM])


async def _begun_anew(nc: ResilientClient, log: Log, events: list[Event]) -> None:
    await make_anew(nc)
    if events:
        await record_decided(log, events)


async def test_the_same_log_has_lost_nothing(its_log: Log, engine: Engine) -> None:
    await record_decided(its_log, KEPT)
    await _built(engine, its_log)
    assert await lost_events(engine, its_log, [EVERY]) == Lost(5, ())
    assert await of_another_log(engine, {STREAM: its_log}, ["audit_trail"]) == []


async def test_of_an_empty_log_everything_is_lost(nc: ResilientClient, its_log: Log, engine: Engine) -> None:
    await record_decided(its_log, KEPT)
    await _built(engine, its_log)
    await _begun_anew(nc, its_log, [])
    lost = await lost_events(engine, its_log, ["northside"])
    assert lost == Lost(0, (GoalThatLost(GOAL.plan, 1, gone=True), GoalThatLost(GOAL, 4, gone=True)))
    assert lost.counts == {"events": 5, "goals": 1, "plans": 1}
    assert await of_another_log(engine, {STREAM: its_log}, ["audit_trail", "goal_state"]) == [
        OfAnotherLog("audit_trail", STREAM, 5, 0)
    ]


async def test_what_was_sent_again_with_the_same_id_is_not_lost(
    nc: ResilientClient, its_log: Log, engine: Engine
) -> None:
    entries = [event(GOAL, entry(f"e{number}")) for number in range(3)]
    await record_decided(its_log, [*KEPT, *entries, active_goal(SWIM)[1]])
    await _built(engine, its_log)
    await _begun_anew(nc, its_log, [*KEPT, entries[1]])
    lost = await lost_events(engine, its_log, [EVERY])
    assert lost == Lost(0, (GoalThatLost(SWIM, 1, gone=True), GoalThatLost(GOAL, 2, gone=False)))


async def test_without_an_audit_trail_nothing_can_be_told(its_log: Log, engine: Engine) -> None:
    await record_decided(its_log, KEPT)
    assert await lost_events(engine, its_log, [EVERY]) is None


async def test_a_node_objects_to_another_log_that_comes_while_it_runs(
    own_server: EmbeddedServer,
    nc: ResilientClient,
    its_log: Log,
    engine: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("services.node.replaced_log._LOOK_AGAIN_SECONDS", 0.05)
    await record_decided(its_log, KEPT)
    await _built(engine, its_log)
    announced = await nc.subscribe("cairn.replaced.cairn-up")
    settings = Settings(nats_url=own_server.url, data_dir=tmp_path, database_url=f"sqlite:///{tmp_path / 'cairn.db'}")
    log = ComparedLog(pytest.fail)
    looking = asyncio.create_task(look_for_a_replaced_log(settings, log.hear))
    try:
        async with asyncio.timeout(20):
            await log.compared.wait()
            assert not log.found
            await _begun_anew(nc, its_log, [])
            await log.until_changed()
            while not (said := from_json((await announced.next_msg(timeout=20)).data))["replaced"]:
                pass
    finally:
        looking.cancel()
        await asyncio.wait([looking])

    assert [each.projection for each in log.found] == ["audit_trail"]
    assert (said["position"], said["head"]) == (5, 0)


async def test_a_node_says_that_a_goals_service_misses_something(
    own_server: EmbeddedServer, nc: ResilientClient, its_log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database knows nothing of it; nor does the node object because of it, or the two would never agree again."""
    monkeypatch.setattr("services.node.replaced_log._LOOK_AGAIN_SECONDS", 0.05)
    settings = Settings(nats_url=own_server.url, data_dir=tmp_path, database_url=f"sqlite:///{tmp_path / 'cairn.db'}")
    log = ComparedLog(pytest.fail)
    said = LogComparison(projection=GOALS, stream=STREAM, replaced=True, position=7, head=5)
    looking = asyncio.create_task(look_for_a_replaced_log(settings, log.hear))
    try:
        async with asyncio.timeout(20):
            await log.compared.wait()
            assert not log.found
            await nc.publish(f"cairn.replaced.{GOALS}", said.model_dump_json().encode())
            await log.until_changed()
            assert log.found == [OfAnotherLog(GOALS, STREAM, 7, 5)]
            assert not any(each.replaced for each in await compared(nc, STREAM, first=10, further=0))

            again = said.model_copy(update={"replaced": False})
            await nc.publish(f"cairn.replaced.{GOALS}", again.model_dump_json().encode())
            await log.until_changed()
            assert not log.found
    finally:
        looking.cancel()
        await asyncio.wait([looking])
