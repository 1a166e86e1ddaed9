"""A client that takes its time with a request does not keep its connection for ever."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from services.gateway.edge.slow_clients import MAX_HEADER_BYTES, TimedProtocol
from services.gateway.problems import Problem

ANSWER = b"told"
UNREADABLE = "What came cannot be read as an HTTP/1.1 request."


class Hurried(TimedProtocol):
    """The same with little time."""

    header_seconds = 0.3
    body_seconds = 0.3


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads the body, then answers; at one address, when more time has passed than a request may take."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
    if scope["path"] == "/later":
        await asyncio.sleep(Hurried.header_seconds * 1.5)
    await send({"type": "http.response.body", "body": ANSWER})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    config = uvicorn.Config(app, port=0, http=Hurried, lifespan="off", ws="none", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    yield server.servers[0].sockets[0].getsockname()[1]
    await server.shutdown()


async def said(port: int, *parts: bytes, before: int = 0) -> bytes:
    """All that is answered to a client that sends these parts and then waits, until the server hangs up.

    Args:
        before: How many requests of the same connection are answered first; nothing of their answers is returned.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(before):
        writer.write(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
        async with asyncio.timeout(60):
            await reader.readuntil(ANSWER)
    for part in parts:
        writer.write(part)
        await writer.drain()
    async with asyncio.timeout(60):
        answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nhost: localhost\r\nx-slow: "])
async def test_headers_that_do_not_end(port: int, sent: bytes) -> None:
    assert (await said(port, sent)).startswith(b"HTTP/1.1 408 ")


async def test_a_body_that_does_not_end(port: int) -> None:
    answer = await said(port, b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nhalf")

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert ANSWER not in answer


async def test_a_second_request_whose_headers_do_not_end(port: int) -> None:
    answer = await said(port, b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\nGET / HT")

    first, _, second = answer.partition(ANSWER)
    assert first.startswith(b"HTTP/1.1 200 ")
    assert second.startswith(b"HTTP/1.1 408 ")


async def test_a_byte_now_and_then_is_no_progress(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\n")
    answered = asyncio.ensure_future(reader.read())
    async with asyncio.timeout(60):
        while not answered.done():
            writer.write(b"a")
            await asyncio.wait({answered}, timeout=0.05)

    assert answered.result().startswith(b"HTTP/1.1 408 ")
    writer.close()


async def test_whoever_sends_a_whole_request_is_answered_and_may_send_the_next(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(2):
        writer.write(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\n\r\nabc")
        async with asyncio.timeout(60):
            await reader.readuntil(ANSWER)
        # Longer than a request may take: the time between two is no part of one.
        await asyncio.sleep(Hurried.header_seconds + Hurried.body_seconds)
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(
    "end", [b"", b": a\r\n\r\n", b"\r\n" + b"x: y\r\n" * 20], ids=["unfinished", "finished", "many"]
)
async def test_headers_that_are_too_long(port: int, end: bytes) -> None:
    answer = await said(port, b"GET / HTTP/1.1\r\nhost: localhost\r\nx", b"x" * MAX_HEADER_BYTES, end)

    assert answer.startswith((b"HTTP/1.1 431 ", b"HTTP/1.1 400 "))
    assert answer.count(b"HTTP/1.1 4") == 1
    assert ANSWER not in answer


@pytest.mark.parametrize(
    ("sent", "status", "detail"),
    [
        (b"GARBAGE\r\n\r\n", 400, UNREADABLE),
        (b"GET /somewhere HTTP/1.1\r\nhost: localhost\r\nno header\r\n\r\n", 400, UNREADABLE),
        (b"CONNECT somewhere HTTP/1.1\r\nhost: localhost\r\n\r\n", 400, UNREADABLE),
        (b"GET http://somewhere:99999999/ HTTP/1.1\r\nhost: localhost\r\n\r\n", 400, UNREADABLE),
        (b"GET /somewhere HTTP/1.1\r\nhost: localhost\r\n", 408, "The request did not come to its end in time."),
        (
            b"GET / HTTP/1.1\r\nx-long: ".ljust(MAX_HEADER_BYTES + 1, b"x"),  # more would be left unread
            431,
            "The line and the headers of a request may have 32,768 bytes together.",
        ),
    ],
    ids=["no HTTP", "no header", "no authority", "no port", "too slow", "too long"],
)
@pytest.mark.parametrize("before", [0, 1], ids=["first", "second"])
async def test_what_becomes_no_request_is_refused_as_all_else_is(
    port: int, sent: bytes, status: int, detail: str, before: int, caplog: pytest.LogCaptureFixture
) -> None:
    head, _, body = (await said(port, sent, before=before)).partition(b"\r\n\r\n")

    problem = Problem.model_validate_json(body)
    assert (problem.status, problem.code, problem.detail) == (status, "http.malformed", detail)
    line, *lines = head.decode().split("\r\n")
    headers = dict(each.split(": ", 1) for each in lines)
    assert line.startswith(f"HTTP/1.1 {status} ")
    assert (headers["content-type"], headers["connection"]) == ("application/problem+json", "close")
    assert (int(headers["content-length"]), headers["cache-control"]) == (len(body), "no-store")
    assert "somewhere" not in caplog.text  # an address may name a patient


@pytest.mark.parametrize(
    ("behind", "status"),
    [
        (b"GET / HT", 408),
        (b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nhalf", 408),
        (b"GARBAGE\r\n\r\n", 400),
        (b"GET http://somewhere:99999999/ HTTP/1.1\r\nhost: localhost\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nno length\r\n", 400),
        (b"GET / HTTP/1.1\r\nx-long: ".ljust(MAX_HEADER_BYTES + 1, b"x"), 431),
        (b"GET / HTTP/1.1\r\nx-long: ".ljust(MAX_HEADER_BYTES + 99, b"x") + b"\r\n\r\n", 431),
    ],
    ids=["slow", "slow body", "no HTTP", "no port", "no body", "too long", "too long, and whole"],
)
async def test_an_answer_is_whole_whatever_comes_behind_its_request(port: int, behind: bytes, status: int) -> None:
    answer = await said(port, b"GET /later HTTP/1.1\r\nhost: localhost\r\n\r\n", behind)

    first, _, second = answer.partition(ANSWER)
    assert first.startswith(b"HTTP/1.1 200 ")
    assert second.startswith(b"HTTP/1.1 %d " % status)
    assert second.count(b"HTTP/1.1 4") == 1
