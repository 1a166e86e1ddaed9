"""A wire between a service and nats-server that can be cut at a known point of the conversation."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

Passes = Callable[[bytes], Awaitable[None]]
_CHUNK = 64 * 1024


class Wire:
    """Carries bytes both ways until it is told where to stop; what is stopped then never arrives.

    Args:
        url: Of the nats-server, on loopback.
    """

    def __init__(self, url: str):
        self._to = urlsplit(url)
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self._last_word: bytes | None = None
        self._withheld: bytes | None = None
        self._silent = False
        self.cut = asyncio.Event()
        """Whether it has come to the point where it stops."""

    @property
    def url(self) -> str:
        """Where the service connects."""
        assert self._server is not None
        port = self._server.sockets[0].getsockname()[1]
        return f"nats://{self._to.username}@127.0.0.1:{port}"

    def cut_after(self, words: bytes) -> None:
        """The service may say something with these words in it, but hears nothing more from then on."""
        self._last_word = words

    def cut_before(self, words: bytes) -> None:
        """What the service says with these words in it, and all that follows, is lost."""
        self._withheld = words

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _carry(self, service: StreamReader, to_service: StreamWriter) -> None:
        server, to_server = await asyncio.open_connection("127.0.0.1", self._to.port)
        for reader, writer, passes in ((service, to_server, self._said), (server, to_service, self._heard)):
            task = asyncio.create_task(_pump(reader, writer, passes))
            self._open.add(task)
            task.add_done_callback(self._open.discard)

    async def _said(self, words: bytes) -> None:
        if self._last_word is not None and self._last_word in words:
            self._silent = True  # before the server can hear it, let alone answer
            self.cut.set()
        if self._withheld is not None and self._withheld in words:
            self.cut.set()
            await asyncio.Event().wait()

    async def _heard(self, words: bytes) -> None:
        if self._silent:
            await asyncio.Event().wait()


async def _pump(reader: StreamReader, writer: StreamWriter, passes: Passes) -> None:
    try:
        with suppress(ConnectionError):
            while words := await reader.read(_CHUNK):
                await passes(words)
                writer.write(words)
                await writer.drain()
    finally:
        writer.close()


@asynccontextmanager
async def wire_to(url: str) -> AsyncIterator[Wire]:
    """A wire that lasts as long as the block."""
    wire = Wire(url)
    await wire.open()
    yield wire
    await wire.close()
