"""Asking over HTTP/1.1 at as little cost as can be, so that it is the gateway that is measured and not its client.

Connections stay open, requests are written as they are, and of an answer only the status and the length are read.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bench.failed import BenchFailed

_HEAD_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: chunked", re.IGNORECASE)
_LAST_CHUNK = b"\r\n0\r\n\r\n"  # JSON holds no line end of this kind
_STATUS = slice(9, 12)  # of the first line, `HTTP/1.1 200 OK`


class OtherAnswer(BenchFailed):
    """An answer that is not what was expected.

    Attributes:
        status: Of the answer.
    """

    def __init__(self, asked: str, status: int, body: bytes):
        super().__init__(f"{asked} answered {status} {body[:200]!r}.")
        self.status = status


class HttpConnection(asyncio.Protocol):
    """One connection to a server on loopback, with one request at a time.

    Args:
        token: The bearer token of every request; None for none.
    """

    def __init__(self, token: str | None = None):
        authorization = f"Authorization: Bearer {token}\r\n" if token else ""
        self._headers = f" HTTP/1.1\r\nHost: 127.0.0.1\r\n{authorization}"
        self._received = bytearray()
        self._size: int | None = None
        self._chunked = False
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[bytes] | None = None

    async def get(self, path: str) -> bytes:
        """The body of the answer to a reading; as it came, where it came in chunks.

        Raises:
            OtherAnswer: it was not 200.
        """
        return await self._ask("GET", path, b"200", f"GET {path}{self._headers}\r\n".encode())

    async def post(self, path: str, media_type: str, body: bytes) -> bytes:
        """The body of the answer to what was submitted.

        Raises:
            OtherAnswer: it was not 201.
        """
        head = f"POST {path}{self._headers}Content-Type: {media_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        return await self._ask("POST", path, b"201", head.encode() + body)

    async def _ask(self, method: str, path: str, expected: bytes, request: bytes) -> bytes:
        if self._transport is None:
            raise BenchFailed("The connection is not open.")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        answer = await self._answer
        head, _, body = answer.partition(_HEAD_END)
        if head[_STATUS] != expected:
            raise OtherAnswer(f"{method} {path}", int(head[_STATUS]), body)
        return body

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection, as asyncio calls it."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Take what has come of an answer, as asyncio calls it."""
        self._received += data
        if self._size is None:
            head = self._received.find(_HEAD_END)
            if head < 0:
                return
            length = _LENGTH.search(self._received, 0, head)
            self._size = head + len(_HEAD_END) + (int(length[1]) if length else 0)
            self._chunked = _CHUNKED.search(self._received, 0, head) is not None
        complete = self._received.endswith(_LAST_CHUNK) if self._chunked else len(self._received) >= self._size
        if complete and self._answer is not None:
            answer = bytes(self._received)
            self._received.clear()
            self._size = None
            self._answer.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail what is waited for, as asyncio calls it."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(BenchFailed("The gateway has closed a connection."))
        self._transport = None

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


@asynccontextmanager
async def http_connections(port: int, count: int, token: str | None = None) -> AsyncIterator[Sequence[HttpConnection]]:
    """So many connections to a server on loopback."""
    loop = asyncio.get_running_loop()
    opened: list[HttpConnection] = []
    try:
        for _ in range(count):
            _, connection = await loop.create_connection(lambda: HttpConnection(token), "127.0.0.1", port)
            opened.append(connection)
        yield opened
    finally:
        for connection in opened:
            connection.close()


class HttpReaders:
    """A few connections; whoever reads takes one, and waits while there is none."""

    def __init__(self, connections: Sequence[HttpConnection]):
        self._free: asyncio.Queue[HttpConnection] = asyncio.Queue()
        for connection in connections:
            self._free.put_nowait(connection)

    async def get(self, path: str) -> None:
        """Read one resource to its end.

        Raises:
            OtherAnswer: it was not 200.
        """
        connection = await self._free.get()
        await connection.get(path)
        self._free.put_nowait(connection)
