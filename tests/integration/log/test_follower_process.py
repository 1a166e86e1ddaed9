"""Where there is a long way to go, another process reads the log, and what it reads is what there is."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from bench.filling import fill
from bench.life import LIFE_EVENTS, goal_ids, life
from events.envelope import StoredMessage
from events.log import Log, connect, declare_log, follower_process
from events.log.client.resilient import ResilientClient
from services.embedded_server import EmbeddedServer
from tests.waiting import eventually

GOALS = 150
EVENTS = GOALS * LIFE_EVENTS


@pytest.fixture
async def long(own_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Log]:
    """A log that counts as a long one."""
    monkeypatch.setattr(follower_process, "WORTH_A_PROCESS", EVENTS)
    monkeypatch.setattr("events.log.log.cores", lambda: 2)
    nc = await connect(own_server.url, name="test")
    await declare_log(nc)
    assert await fill(nc, goal_ids("org", GOALS), life) == EVENTS
    log = Log(nc)
    yield log
    await log.close()
    await nc.close()


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Process, tuple[str, ...]]]:
    """The processes that are started meanwhile, with their arguments."""
    those: list[tuple[Process, tuple[str, ...]]] = []
    start = asyncio.create_subprocess_exec

    async def noting(*arguments: str, **options: Any) -> Process:
        process = await start(*arguments, **options)
        those.append((process, arguments))
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", noting)
    return those


async def read(log: Log, after: int = 0, until: int = EVENTS) -> list[StoredMessage]:
    found: list[StoredMessage] = []
    async with aclosing(log.follow_with_process(after)) as batches:
        async for batch in batches:
            assert batch.head >= EVENTS
            found += batch.messages
            if found and found[-1].position >= until:
                break
    return found


async def test_it_is_what_following_gives_and_goes_on_into_live(
    long: Log, own_server: EmbeddedServer, started: list[Any]
) -> None:
    followed: list[StoredMessage] = []
    async for batch in long.follow():
        followed += batch.messages
        if len(followed) == EVENTS:
            break
    nc = await connect(own_server.url, name="another")
    reading = asyncio.create_task(read(long, until=EVENTS + LIFE_EVENTS))
    await eventually(lambda: started)
    assert await fill(nc, goal_ids("later", 1), life) == LIFE_EVENTS
    found = await reading
    assert found[:EVENTS] == followed
    assert [message.position for message in found] == list(range(1, EVENTS + LIFE_EVENTS + 1))
    await nc.close()


async def test_a_short_way_is_gone_alone(long: Log, started: list[Any]) -> None:
    assert len(await read(long, after=1)) == EVENTS - 1
    assert not started


async def test_when_the_process_dies_the_rest_is_read_without_it(
    long: Log, started: list[tuple[Process, tuple[str, ...]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower_process, "PIPE_BYTES", 1000)  # so that it is stopped in the middle of a batch
    found: list[StoredMessage] = []
    async with aclosing(long.follow_with_process()) as batches:
        async for batch in batches:
            found += batch.messages
            ((process, _),) = started
            if process.returncode is None:
                process.kill()
            if len(found) == EVENTS:
                break
    assert [message.position for message in found] == list(range(1, EVENTS + 1))


async def test_where_no_process_can_be_started_all_is_read_without_one(
    long: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: str, **__: Any) -> Process:
        raise BlockingIOError

    monkeypatch.setattr(asyncio, "create_subprocess_exec", refused)
    assert len(await read(long)) == EVENTS


async def test_let_go_it_leaves_no_process(long: Log, started: list[tuple[Process, tuple[str, ...]]]) -> None:
    async with aclosing(long.follow_with_process()) as batches:
        await anext(batches)
    ((process, _),) = started
    assert process.returncode is not None


async def test_nobody_can_read_the_address_among_its_arguments(
    long: Log, own_server: EmbeddedServer, started: list[tuple[Process, tuple[str, ...]]]
) -> None:
    await read(long)
    ((_, arguments),) = started
    assert not any(own_server.url in argument for argument in arguments)


async def test_a_process_that_finds_no_server_gives_nothing() -> None:
    assert [batch async for batch in follower_process.read_in_process("nats://127.0.0.1:9", "CAIRN_LOG", 0, 1)] == []


async def test_it_ends_where_the_last_position_holds_no_message_any_more(own: ResilientClient) -> None:
    """Nothing ever comes to the position that it was to read up to."""
    js = own.jetstream()
    await js.add_stream(name="CUT", subjects=["cut"], allow_direct=True)
    for _ in range(3):
        await js.publish("cut", b"{}")
    await js.delete_msg("CUT", 3)
    async with asyncio.timeout(60):
        positions = [
            each.position
            async for batch in follower_process.read_in_process(own.url, "CUT", 0, 3)
            for each in batch.messages
        ]
    assert positions == [1, 2]
