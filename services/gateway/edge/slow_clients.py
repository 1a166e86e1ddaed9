"""How long a client may take to send a request, and how long its line and headers may be.

uvicorn waits for ever for what was begun: a client that sends a byte a minute on each of many connections would keep
them all, and nobody else could open one. Nor does it bound what it keeps of headers that do not end.
"""

import asyncio
from http import HTTPStatus
from typing import Literal

from services.gateway.edge.no_request import written_refusal
from services.gateway.edge.prompt_answers import PromptProtocol
from services.gateway.problems import RequestRefused

HEADER_SECONDS = 15.0
"""How long a client may take for the line and the headers of a request, from when it connected or began with them."""
BODY_SECONDS = 60.0
"""How long a client may take for a body; the largest, a batch, then comes with 70 KB a second."""
MAX_HEADER_BYTES = 32 * 1024
"""How long the line and the headers of a request may be, together."""
_TOO_SLOW = RequestRefused(
    "http.malformed", "The request did not come to its end in time.", status=HTTPStatus.REQUEST_TIMEOUT
)
_TOO_LONG = RequestRefused(
    "http.malformed",
    f"The line and the headers of a request may have {MAX_HEADER_BYTES:,} bytes together.",
    status=HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
)
_NO_HTTP = RequestRefused(
    "http.malformed", "What came cannot be read as an HTTP/1.1 request.", status=HTTPStatus.BAD_REQUEST
)

_Part = Literal["headers", "body"]


class _HeadersTooLong(Exception):
    """The line and the headers of a request are longer than they may be."""


class TimedProtocol(PromptProtocol):
    """HTTP/1.1 on one connection, whose client has so much time for a request and not more."""

    header_seconds = HEADER_SECONDS
    body_seconds = BODY_SECONDS
    _awaited: _Part | None = None
    _deadline: asyncio.TimerHandle | None = None
    _unfinished = 0
    _last_word: RequestRefused | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Expect the first request."""
        super().connection_made(transport)
        self._await("headers")
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing more."""
        self._await(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what has come, unless the connection only waits for answers to end before it does."""
        if self._last_word is not None:
            return
        super().data_received(data)
        if self._awaited is None or self.transport.is_closing():
            return
        self._watch()
        if self._awaited != "headers":
            return
        self._unfinished += len(data)
        if self._unfinished > MAX_HEADER_BYTES:
            self._hang_up(_TOO_LONG)

    def on_message_begin(self) -> None:
        """Expect the headers of a request that has begun."""
        self._await("headers")
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Expect the body of a request."""
        self._unfinished = 0
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > MAX_HEADER_BYTES:
            self._hang_up(_TOO_LONG)
            raise _HeadersTooLong  # which ends the parsing
        super().on_headers_complete()  # which refuses an address that it cannot read, before there is a cycle
        self._await("body")

    def on_message_complete(self) -> None:
        """Expect nothing more: uvicorn itself ends a connection that is kept too long."""
        self._await(None)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on with the next request, or end the connection if what came behind this one was refused."""
        super().on_response_complete()
        if self._last_word is not None:
            self._hang_up(self._last_word)

    def _await(self, part: _Part | None) -> None:
        if part == self._awaited:
            return
        self._awaited = part
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _watch(self) -> None:
        """Give what is still awaited its time. A request that has come as a whole, as nearly all do, needs no timer."""
        if self._deadline is None:
            seconds = self.header_seconds if self._awaited == "headers" else self.body_seconds
            self._deadline = self.loop.call_later(seconds, self._too_slow)

    def _too_slow(self) -> None:
        self._deadline = None
        if self._awaited == "headers" and self._is_answering:
            # What the client began with is its next request, and the answer to the one before is not at its end yet.
            self._watch()
        else:
            self._hang_up(_TOO_SLOW)

    @property
    def _is_answering(self) -> bool:
        """Whether an answer to an earlier request than the one that comes in is not at its end."""
        if self._awaited == "body":
            return bool(self.pipeline)
        none_yet = self.cycle is None  # whatever uvicorn's type says
        return not (none_yet or self.cycle.response_complete)

    def _hang_up(self, saying: RequestRefused) -> None:
        """End the connection with a refusal, behind the answers to earlier requests; without one where what is refused
        is being answered already.
        """
        self._last_word = self._last_word or saying
        if self.transport.is_closing() or self._is_answering:
            return
        if not (self._awaited == "body" and self.cycle.response_started):
            self.transport.write(written_refusal(self._last_word, self.server_state.default_headers))
        self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Say that what came cannot be read, unless something was said already."""
        self._hang_up(_NO_HTTP)
