"""What is answered goes out at once: no part of it waits until the client has acknowledged another."""

import asyncio
import logging
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
import uvloop
from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.edge.slow_clients import TimedProtocol
from tests.waiting import eventually

ASKED = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"
HEAD = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]}


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    await send(HEAD)
    await send({"type": "http.response.body", "body": b"told"})


@asynccontextmanager
async def serving(app: ASGIApp, protocol: type[TimedProtocol] = TimedProtocol) -> AsyncIterator[uvicorn.Server]:
    """A server that listens as the gateway's service does."""
    config = uvicorn.Config(app, http=protocol, lifespan="off", ws="none", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        await server.startup(sockets=[listener])
        yield server
        await server.shutdown(sockets=[listener])


@asynccontextmanager
async def client(server: uvicorn.Server) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(*server.servers[0].sockets[0].getsockname())
    yield reader, writer
    writer.close()
    await writer.wait_closed()


async def test_the_kernel_holds_nothing_back() -> None:
    async with serving(app) as server, client(server) as (reader, writer):
        writer.write(ASKED)
        await reader.readuntil(b"told")
        (connection,) = server.server_state.connections
        its_socket = connection.transport.get_extra_info("socket")

        assert its_socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_head_and_body_are_one_packet() -> None:
    sent: list[bytes] = []

    class Noting:
        def __init__(self, transport: asyncio.Transport):
            self._transport = transport

        def __getattr__(self, name: str) -> Any:  # whatever else a transport has
            return getattr(self._transport, name)

        def write(self, data: bytes) -> None:
            sent.append(data)
            self._transport.write(data)

        def writelines(self, data: tuple[bytes, ...]) -> None:
            self.write(b"".join(data))

    class Noted(TimedProtocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(Noting(transport))  # type: ignore[arg-type]

    async with serving(app, Noted) as server, client(server) as (reader, writer):
        for _ in range(2):
            writer.write(ASKED)
            await reader.readuntil(b"told")

    assert [(each[:15], each[-4:]) for each in sent] == [(b"HTTP/1.1 200 OK", b"told")] * 2


async def test_a_head_does_not_wait_for_its_body() -> None:
    may_go_on = asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await send(HEAD)
        await may_go_on.wait()
        await send({"type": "http.response.body", "body": b"told"})

    async with serving(slow) as server, client(server) as (reader, writer), asyncio.timeout(60):
        writer.write(ASKED)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 OK")
        may_go_on.set()
        assert await reader.readexactly(4) == b"told"


async def test_an_answer_after_which_the_connection_ends_is_whole() -> None:
    async with serving(app) as server, client(server) as (reader, writer), asyncio.timeout(60):
        writer.write(b"GET / HTTP/1.0\r\nhost: localhost\r\n\r\n")
        assert (await reader.read()).endswith(b"told")


async def test_a_body_that_waits_to_be_asked_for_is_asked_for() -> None:
    async def reads(scope: Scope, receive: Receive, send: Send) -> None:
        came = await receive()
        await send(HEAD)
        await send({"type": "http.response.body", "body": came["body"]})

    async with serving(reads) as server, client(server) as (reader, writer), asyncio.timeout(60):
        writer.write(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4\r\nexpect: 100-continue\r\n\r\n")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100 Continue")
        writer.write(b"mine")
        assert (await reader.readuntil(b"mine")).startswith(b"HTTP/1.1 200 OK")


async def test_a_word_at_the_end_does_not_overtake_an_answer() -> None:
    async with serving(app) as server, client(server) as (reader, writer), asyncio.timeout(60):
        writer.write(ASKED + b"no HTTP at all\r\n\r\n")
        came = await reader.read()
    first, _, second = came.partition(b"told")
    assert (first[:13], second[:13]) == (b"HTTP/1.1 200 ", b"HTTP/1.1 400 ")


def test_clients_that_hang_up_leave_nothing_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """What was seen: a page of errors for nearly every one, so that one client could fill the disk."""
    reset = struct.pack("ii", 1, 0)
    answered = 0

    async def in_parts(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal answered
        for _ in range(int(scope["path"].removeprefix("/"))):
            await asyncio.sleep(0)
        await send(HEAD)
        await send({"type": "http.response.body", "body": b"to", "more_body": True})
        await send({"type": "http.response.body", "body": b"ld"})
        answered += 1

    def hang_up(address: tuple[str, int], turns: int, how: bytes | None) -> None:
        with socket.create_connection(address) as client:
            client.sendall(f"GET /{turns} HTTP/1.1\r\nhost: localhost\r\n\r\n".encode())
            if how is not None:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, how)

    async def they_hang_up() -> None:
        async with serving(in_parts) as server, asyncio.timeout(60):
            for turns in range(60):
                address = server.servers[0].sockets[0].getsockname()
                await asyncio.to_thread(hang_up, address, turns % 6, reset if turns % 2 else None)
            await eventually(lambda: not (server.server_state.connections or server.server_state.tasks))

    uvloop.run(they_hang_up())  # asyncio's own loop takes what nobody will get

    assert answered > 0
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []
