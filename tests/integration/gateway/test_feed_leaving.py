"""A reader of the feed that goes leaves nothing on the server: its follower listens no more, however it ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.types import ASGIApp, Message

from bench.peers.server import held_port
from events.identity import GoalId
from events.log import Append, Log, connect, declare_log
from events.log.client.resilient import ResilientClient
from events.log.stream import STREAM
from projections.engine.database import open_database
from services.access.principal import everyone_of
from services.access.records.stream import declare_access
from services.embedded_server import EmbeddedServer
from services.gateway.app import create_app
from services.gateway.gateway import open_gateway
from services.settings import Settings
from tests.builders import active_goal
from tests.integration.gateway.listening import listening
from tests.integration.gateway.test_feed_resuming import another_gateway
from tests.tokens import ANYONE, WrittenOut, bearing
from tests.waiting import eventually

MANY = 40
HEADERS = [(b"host", b"localhost"), *((name.encode(), value.encode()) for name, value in ANYONE.items())]


class MonitoredServer(EmbeddedServer):
    """A server that says what is subscribed to."""

    def __init__(self, data_dir: Path, monitor: int):
        super().__init__(data_dir)
        self.monitor = monitor

    def configuration(self) -> str:
        return f"{super().configuration()}http: 127.0.0.1:{self.monitor}\n"


@pytest.fixture
async def own_server(tmp_path: Path) -> AsyncIterator[MonitoredServer]:
    with held_port() as monitor:
        server = MonitoredServer(tmp_path / "nats", monitor)
        await server.start()
        yield server
        await server.stop()


@pytest.fixture
async def nc(own_server: EmbeddedServer) -> AsyncIterator[ResilientClient]:
    """A connection to a log that nobody but the readers of the feed follows."""
    nc = await connect(own_server.url, name="test")
    await declare_log(nc)
    await declare_access(nc)
    log = Log(nc)
    await log.append(Append(tuple(active_goal(GoalId("org", "p1", "g1"))[1:]), 0, 0))
    yield nc
    await log.close()
    await nc.close()


@pytest.fixture
def own_settings(own_server: EmbeddedServer, tmp_path: Path) -> Settings:
    return Settings(nats_url=own_server.url, data_dir=tmp_path / "data")


@pytest.fixture
async def app(nc: ResilientClient, tmp_path: Path) -> AsyncIterator[ASGIApp]:
    """A gateway's application, to be called by a test in the place of an HTTP server."""
    engine = open_database(f"sqlite:///{tmp_path / 'cairn.db'}")
    async with open_gateway(nc, engine) as gateway:
        yield create_app(gateway, WrittenOut())
    engine.dispose()


async def followers(server: MonitoredServer) -> int:
    """How many followers of the log there are: each listens to what happens to the stream."""
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{server.monitor}/subsz?subs=1&limit=10000")
    subjects = [each["subject"] for each in answer.json()["subscriptions_list"]]
    return subjects.count(f"$JS.EVENT.ADVISORY.STREAM.*.{STREAM}")


async def are_there(server: MonitoredServer, count: int) -> None:
    """Wait for so many followers."""

    async def so_many() -> bool:
        return await followers(server) == count

    await eventually(so_many)


async def ask(app: ASGIApp, taking: int, gone: asyncio.Event) -> None:
    """Ask for the feed as a reader that takes so many messages of the answer, and then no more, until it is gone."""
    taken = 0

    async def receive() -> Message:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(_: Message) -> None:
        nonlocal taken
        taken += 1
        if taken > taking:
            await asyncio.Event().wait()

    scope = {"type": "http", "method": "GET", "path": "/v1/feed", "query_string": b"after=0", "headers": HEADERS}
    await app(scope, receive, send)


async def test_many_readers_whose_connections_break_at_once(
    nc: ResilientClient, own_server: MonitoredServer, own_settings: Settings
) -> None:
    async with another_gateway(own_settings) as client:
        address = urlsplit(str(client.base_url))
        writers = []
        for number in range(MANY):
            _, writer = await asyncio.open_connection(address.hostname, address.port)
            token = bearing(everyone_of(frozenset(), f"reader-{number}"))["authorization"]
            request = f"GET /v1/feed?after=0 HTTP/1.1\r\nhost: localhost\r\nauthorization: {token}\r\n\r\n"
            writer.write(request.encode())
            writers.append(writer)
        await are_there(own_server, MANY)

        for writer in writers:
            writer.transport.abort()

        await are_there(own_server, 0)


async def test_the_gateway_ends(nc: ResilientClient, own_server: MonitoredServer, own_settings: Settings) -> None:
    async with AsyncExitStack() as readers:
        async with another_gateway(own_settings) as client:
            for _ in range(5):
                feed = await readers.enter_async_context(listening(client, after=0))
                await feed.take(1)
            await are_there(own_server, 5)

        await are_there(own_server, 0)


@pytest.mark.parametrize("taking", [0, 1, 2])
async def test_a_reader_that_had_stopped_taking(app: ASGIApp, own_server: MonitoredServer, taking: int) -> None:
    gone = asyncio.Event()
    reading = asyncio.create_task(ask(app, taking, gone))
    if taking > 1:
        await are_there(own_server, 1)

    gone.set()

    await reading
    await are_there(own_server, 0)


async def test_wherever_it_is_broken_off(app: ASGIApp, own_server: MonitoredServer) -> None:
    async def broken_off_after(turns: int) -> None:
        gone = asyncio.Event()
        reading = asyncio.create_task(ask(app, 10, gone))
        for _ in range(turns):
            await asyncio.sleep(0)
        gone.set()
        await reading

    for turns in range(0, 120, 3):
        await broken_off_after(turns)

    await are_there(own_server, 0)
