"""How long a client may take to send a request. uvicorn waits for ever for what was begun: a client that sends a byte a
minute on each of many connections would keep them all, and nobody else could open one.
"""

import asyncio
from typing import Literal

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_SECONDS = 15.0
"""How long a client may take for the line and the headers of a request, from when it connected or began with them."""
BODY_SECONDS = 60.0
"""How long a client may take for a body; the largest, a batch, then comes with 70 KB a second."""
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"

_Part = Literal["headers", "body"]


class TimedProtocol(H11Protocol):
    """HTTP/1.1 on one connection, whose client has so much time for a request and not more."""

    header_seconds = HEADER_SECONDS
    body_seconds = BODY_SECONDS
    _awaited: _Part | None = None
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Expect the first request."""
        super().connection_made(transport)
        self._await("headers")

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing more."""
        self._await(None)
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Take what has come, and look what of a request is still to come."""
        super().handle_events()
        state = self.conn.their_state
        if state is h11.SEND_BODY:
            self._await("body")
        elif state is h11.IDLE and self.conn.trailing_data[0]:
            self._await("headers")
        else:  # the request is whole, or none has begun: uvicorn itself ends a connection that is kept too long
            self._await(None)

    def _await(self, part: _Part | None) -> None:
        if part == self._awaited:
            return
        self._awaited = part
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if part is not None:
            seconds = self.header_seconds if part == "headers" else self.body_seconds
            self._deadline = self.loop.call_later(seconds, self._too_slow)

    def _too_slow(self) -> None:
        if self.transport.is_closing():
            return
        # Over a half answer nothing can be said any more.
        if self._awaited == "headers" or not self.cycle.response_started:
            self.transport.write(_TOO_SLOW)
        self.transport.close()
