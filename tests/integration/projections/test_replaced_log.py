"""The log is exchanged for another one under a projection: restored from an older backup, lost, begun anew."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from nats.aio.subscription import Subscription
from pydantic_core import from_json

from events.log import connect, declare_log
from events.log.client.resilient import ResilientClient
from events.log.stream import STREAM
from projections.engine.announcing import Announcer
from projections.engine.builds import build_at
from projections.engine.database import reading
from projections.engine.naming import Slot
from projections.engine.paging import Json
from projections.engine.runner import Runner
from projections.engine.shared_following import SharedFollowing
from projections.engine.writer import ProjectionWriter
from services.embedded_server import EmbeddedServer
from tests.conftest import running
from tests.forked import cairn
from tests.integration.projections.clinic import Database
from tests.integration.projections.store import Store
from tests.postgresql import PostgresqlServer
from tests.waiting import eventually


@pytest.fixture
async def nc(own_server: EmbeddedServer) -> AsyncIterator[ResilientClient]:
    connection = await connect(own_server.url, name="test")
    await declare_log(connection)
    yield connection
    await connection.close()


@pytest.fixture
async def store(own_server: EmbeddedServer, nc: ResilientClient, tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(own_server, nc, tmp_path / "kept")
    yield store
    await store.log.close()


@pytest.fixture
def on_sqlite(own_server: EmbeddedServer, tmp_path: Path) -> Database:
    return Database("goal_state", tmp_path / "cairn.db", own_server.url)


@pytest.fixture(params=["sqlite", "postgresql"])
def its(request: pytest.FixtureRequest, own_server: EmbeddedServer, tmp_path: Path) -> Database:
    """The projection, on each database."""
    if request.param == "sqlite":
        return Database("goal_state", tmp_path / "cairn.db", own_server.url)
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    return Database("goal_state", tmp_path / "cairn.db", own_server.url, server.new_schema())


async def finds_it_replaced(its: Database) -> Json:
    """The status, once it says so."""
    return await eventually(lambda: its.status if its.status["state"] == "log_replaced" else {}, within=60)


async def goes_on(its: Database) -> None:
    await eventually(lambda: its.status["state"] == "live", within=60)


async def hears(announced: Subscription, most_at: int) -> Json:
    """What is announced of a log that ends where it ends now."""
    while True:
        said: Json = from_json((await announced.next_msg(timeout=30)).data)
        if said["head"] >= most_at:
            return said


async def test_it_stands_still_until_the_right_log_is_back(store: Store, nc: ResilientClient, its: Database) -> None:
    announced = await nc.subscribe("cairn.replaced.goal_state")
    async with running(its.serve):
        older = await store.record("org", "walk", 1)
        await store.keep("older")
        last = await store.record("org", "read", 2)
        await its.reaches(last)
        await store.keep("right")
        before = its.rows("org")

        await store.put_back("older")
        status = await finds_it_replaced(its)
        assert (status["position"], status["head"], status["lag"]) == (last, older, older)
        assert f"it ends at position {older}, and position {last} is remembered" in status["last_error"]
        assert "`cairn log adopt`" in status["last_error"]
        assert await hears(announced, older) == {
            "projection": "goal_state",
            "stream": STREAM,
            "replaced": True,
            "position": last,
            "head": older,
            "fingerprint": "",
            "adopted": 0,
        }

        beyond = await store.record("org", "swim", 9)
        assert beyond > last
        said = await hears(announced, beyond)
        assert (said["position"], said["head"]) == (last, beyond)
        assert its.rows("org") == before
        await eventually(lambda: "holds another event" in its.status["last_error"])

        await store.put_back("right")
        await goes_on(its)
        while (await hears(announced, 0))["replaced"]:
            pass
        again = await store.record("org", "sing", 1)
        await its.reaches(again)
    rebuilt = await its.rebuilt(store.log, again)
    assert its.rows("org") == rebuilt.rows("org")
    rebuilt.engine.dispose()
    its.engine.dispose()


@pytest.mark.parametrize("stream", ["empty", "missing"])
async def test_started_over_nothing_it_says_so(
    store: Store, nc: ResilientClient, on_sqlite: Database, stream: str
) -> None:
    its = on_sqlite
    async with running(its.serve):
        last = await store.record("org", "walk", 1)
        await its.reaches(last)
        before = its.rows("org")
    await store.lose()
    if stream == "missing":
        await nc.jetstream().delete_stream(STREAM)
    async with running(its.serve):
        status = await finds_it_replaced(its)
        assert (status["position"], status["head"]) == (last, 0)
    assert its.status["state"] == "log_replaced"
    assert its.rows("org") == before
    its.engine.dispose()


async def test_a_log_that_is_lost_and_begun_anew_is_told_by_its_events(store: Store, on_sqlite: Database) -> None:
    its = on_sqlite
    async with running(its.serve):
        last = await store.record("org", "walk", 1)
        await its.reaches(last)
    await store.lose()
    assert await store.record("org", "read", 5) > last
    async with running(its.serve):
        status = await finds_it_replaced(its)
    assert f"position {last} holds another event" in status["last_error"]
    its.engine.dispose()


async def test_a_rebuild_ends_says_what_differs_and_leads_on(store: Store, its: Database) -> None:
    rebuild = ("projections", "rebuild", "goal_state", "--database-url", its.url, "--nats-url", its.nats_url)
    async with running(its.serve):
        older = await store.record("org", "walk", 1)
        await store.keep("older")
        last = await store.record("org", "lost", 2)
        await its.reaches(last)
        interrupted = await cairn(*rebuild, "--dry-run")
        assert interrupted.code == 0, interrupted.err
        await store.put_back("older")
        await finds_it_replaced(its)

        tried = await cairn(*rebuild, "--dry-run")
        assert tried.code == 1
        assert f"Built goal_state from {older} events" in tried.out
        assert "The live tables are of another log than the one there is now" in tried.out
        assert "org pt-1 lost" in tried.out
        assert its.status["state"] == "log_replaced"

        swapped = (await cairn(*rebuild, "--json")).json
        assert (swapped["swapped"], swapped["of_another_log"]) == (True, [STREAM])
        assert swapped["new_positions"] == {STREAM: older}
        await goes_on(its)
        again = await store.record("org", "read", 1)
        await its.reaches(again)
    rebuilt = await its.rebuilt(store.log, again)
    assert its.rows("org") == rebuilt.rows("org")
    rebuilt.engine.dispose()
    its.engine.dispose()


async def test_a_newer_version_does_not_take_the_place_of_tables_of_another_log(
    store: Store, nc: ResilientClient, on_sqlite: Database
) -> None:
    its = on_sqlite
    async with running(its.serve):
        await its.reaches(await store.record("org", "walk", 3))
    await store.lose()
    await store.record("org", "read", 9)
    newer = replace(its.projection, version=its.projection.version + 1)
    runner = Runner(
        store.log, SharedFollowing(store.log), Announcer(nc, "goal_state"), ProjectionWriter(its.engine, newer, STREAM)
    )
    work = asyncio.create_task(runner.run(lambda _: None))
    await finds_it_replaced(its)
    work.cancel()
    await asyncio.wait([work])
    with reading(its.engine) as connection:
        live = build_at(connection, "goal_state", Slot.LIVE)
    assert live is not None
    assert live.version == its.projection.version
    its.engine.dispose()


async def test_what_was_being_built_for_the_former_log_is_begun_anew(
    store: Store, nc: ResilientClient, on_sqlite: Database
) -> None:
    its = on_sqlite
    await store.record("org", "walk", 3)
    half = ProjectionWriter(its.engine, its.projection, STREAM)
    half.resume()
    async for batch in store.log.follow():
        half.take(batch.messages, batch.head + 1)
        break
    await store.lose()
    last = await store.record("org", "read", 1)
    async with running(its.serve):
        await its.reaches(last)
    rebuilt = await its.rebuilt(store.log, last)
    assert its.rows("org") == rebuilt.rows("org")
    rebuilt.engine.dispose()
    its.engine.dispose()
