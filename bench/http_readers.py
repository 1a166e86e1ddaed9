"""Reading over HTTP with as little as can be: connections that stay open, and answers that are only counted."""

import asyncio
import re
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bench.ground import BenchFailed

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)


class HttpReaders:
    """A few connections to one server; whoever reads takes one, and waits while there is none."""

    def __init__(self, connections: list[tuple[StreamReader, StreamWriter]]):
        self._free: asyncio.Queue[tuple[StreamReader, StreamWriter]] = asyncio.Queue()
        for connection in connections:
            self._free.put_nowait(connection)

    async def get(self, path: str) -> None:
        """Read one resource to its end.

        Raises:
            BenchFailed: the answer was not 200.
        """
        reader, writer = connection = await self._free.get()
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        body = await reader.readexactly(int(length[1])) if length else b""
        if not head.startswith(b"HTTP/1.1 200"):
            raise BenchFailed(f"GET {path} answered {head[:40]!r} {body[:200]!r}.")
        self._free.put_nowait(connection)


@asynccontextmanager
async def http_readers(port: int, count: int) -> AsyncIterator[HttpReaders]:
    """Connections to a server on loopback."""
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]
    try:
        yield HttpReaders(connections)
    finally:
        for _, writer in connections:
            writer.close()
