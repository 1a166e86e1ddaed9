"""HEAD wherever there is GET: the same answer without its body (RFC 9110, section 9.3.2)."""

from collections.abc import Awaitable
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class _HeadersSent(Exception):
    """All of the answer that was asked for has been sent."""


class HeadRequests:
    """ASGI middleware that lets the application answer HEAD as GET, and sends the headers alone.

    An endless answer ends there too.
    """

    def __init__(self, app: ASGIApp):
        self._app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            return self._app(scope, receive, send)
        return self._headers_alone(scope, receive, send)

    async def _headers_alone(self, scope: Scope, receive: Receive, send: Send) -> None:
        as_get = {**scope, "method": "GET"}

        async def answer(message: Message) -> None:
            if message["type"] != "http.response.start":
                await send({"type": "http.response.body", "body": b""})
                raise _HeadersSent
            if "route" in as_get:  # the counters name it
                scope["route"] = as_get["route"]
            await send(message)

        with suppress(_HeadersSent):
            await self._app(as_get, receive, answer)
