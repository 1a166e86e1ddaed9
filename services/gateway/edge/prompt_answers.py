"""An answer goes out at once, and where it can in one packet.

uvicorn writes the head of an answer and its body apart. The kernel holds the second of two small packets back until the
first is acknowledged, and a client may take 40 ms for that, unless the socket is told otherwise. asyncio tells those
whose protocol has been named; those of `socket.create_server` name none.
"""

import asyncio
from socket import IPPROTO_TCP, TCP_NODELAY
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class PromptProtocol(HttpToolsProtocol):
    """HTTP/1.1 on one connection, which holds nothing back that was written."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Take the connection."""
        transport.get_extra_info("socket").setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        super().connection_made(_HeadAndBody(transport, self.loop))  # type: ignore[arg-type]  # it is one in all else


class _HeadAndBody:
    """A transport that sends what is written first together with what follows in that moment; else it is as it was.

    To a client that has hung up nothing is sent. uvloop would refuse that with an error, of which the log would have
    a page for each such client.
    """

    __slots__ = ("_held", "_loop", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop):
        self._transport = transport
        self._loop = loop
        self._held: bytes | None = None

    def __getattr__(self, name: str) -> Any:  # Any: whatever a transport has
        return getattr(self._transport, name)

    def is_closing(self) -> bool:
        """Whether the connection is being ended."""
        return self._transport.is_closing()

    def write(self, data: bytes) -> None:
        """Send it, with what was held back before; or hold it back for as long as nothing else has its turn."""
        if self._transport.is_closing():
            self._held = None
        elif self._held is not None:
            held, self._held = self._held, None
            self._transport.writelines((held, data))
        else:
            self._held = data
            self._loop.call_soon(self._let_go)

    def close(self) -> None:
        """Send what is held back, and end the connection."""
        self._let_go()
        self._transport.close()

    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held is not None and not self._transport.is_closing():
            self._transport.write(held)
