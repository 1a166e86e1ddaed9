"""Answering reads on `cairn.read`: the HTTP API's own answers, for those who have nothing but NATS.

The request is a path with its query; the reply is the body that HTTP would give, with the header `status`. Who asks is
said by a token in the header `authorization`, as over HTTP. Where whoever reaches NATS holds the keys of the house, a
request without a token is the house's own.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import unquote

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from starlette.types import ASGIApp, Message, Scope

from services.access.principal import Principal
from services.gateway.access.middleware import PRINCIPAL
from services.gateway.access_records import PURPOSE_HEADER
from services.gateway.edge.host_names import LOCAL
from services.gateway.problems import RequestRefused, problem_response
from services.reply_subjects import may_be_answered

READ = "cairn.read"
QUEUE = "gateways"
_MAX_READS_AT_ONCE = 64
MAX_REQUEST_BYTES = 8 * 1024
"""How long a request may be: a path and its query."""
_ENDLESS = "/v1/feed"
_AUTHORIZATION = b"authorization"
_PURPOSE = PURPOSE_HEADER.lower().encode()
READER = "cairn-reader"
"""The header in which a command says who reads. It is believed where whoever reaches NATS holds the keys anyway."""
_MAX_READER = 200

_log = logging.getLogger("cairn.gateway")


class ReadsOverNats:
    """Passes reads from NATS to the application in the same process, several at a time.

    Args:
        house: Who asks where a request has no token; None where such a request is refused.
    """

    def __init__(self, app: ASGIApp, nc: Client, house: Principal | None = None):
        self._app = app
        self._nc = nc
        self._house = house
        self._room = asyncio.Semaphore(_MAX_READS_AT_ONCE)
        self._running: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def answering(self) -> AsyncIterator[None]:
        """Take requests meanwhile (the gateways of one Cairn share them), then drop those still being answered."""
        subscription = await self._nc.subscribe(READ, queue=QUEUE, cb=self.take)
        try:
            await self._nc.flush()
            yield
        finally:
            if not self._nc.is_closed:
                await subscription.unsubscribe()
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    async def take(self, message: Msg) -> None:
        """Answer one request in the background, as soon as there is room."""
        if not message.reply:
            return
        if not may_be_answered(message.reply):
            _log.warning("a read was not answered: its reply subject is Cairn's or the server's own")
            return
        await self._room.acquire()
        task = asyncio.create_task(self._answer(message))
        self._running.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._room.release()

    async def _answer(self, message: Msg) -> None:
        try:
            scope = self._scope(message)
            status, content_type, body = await _get(self._app, scope)
            if len(body) > self._nc.max_payload - 1024:
                raise RequestRefused("answer.too_large", "The answer is too large for NATS; ask for less with limit.")
        except RequestRefused as refused:
            response = problem_response(refused)
            status, content_type, body = response.status_code, response.media_type or "", bytes(response.body)
        headers = {"status": str(status), "content-type": content_type}
        try:
            await self._nc.publish(message.reply, body, headers=headers)
        except NatsError as error:
            _log.warning("an answer to %s could not be sent: %s", READ, type(error).__name__)

    def _scope(self, message: Msg) -> Scope:
        scope = _scope(message.data)
        named = (message.headers or {}).items()
        tokens = [(_AUTHORIZATION, token.encode()) for name, token in named if name.lower().encode() == _AUTHORIZATION]
        scope["headers"] += tokens
        scope["headers"] += [(_PURPOSE, why.encode()) for name, why in named if name.lower().encode() == _PURPOSE]
        if not tokens and self._house is not None:
            readers = [value for name, value in named if name.lower() == READER and 0 < len(value) <= _MAX_READER]
            scope[PRINCIPAL] = self._house.model_copy(update={"id": readers[0]}) if readers else self._house
        return scope


def _scope(request: bytes) -> Scope:
    """The ASGI scope of a GET on the requested path.

    Raises:
        RequestRefused: when the request is no path that can be read here.
    """
    try:
        path, _, query = request.decode("ascii").partition("?")
    except UnicodeDecodeError:
        raise RequestRefused("request.invalid", "The request must be a path in ASCII, percent-encoded.") from None
    decoded = unquote(path)
    if len(request) > MAX_REQUEST_BYTES or not decoded.startswith("/v1/"):
        raise RequestRefused("http.not_found", "Reads over NATS are paths under /v1/, such as /v1/projections.")
    if decoded.rstrip("/") == _ENDLESS:
        raise RequestRefused("http.not_found", "The feed has no end; over NATS, subscribe to cairn.feed.> instead.")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": decoded,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", LOCAL.encode())],
        "client": None,
        "server": None,
        "state": {"channel": "nats"},
    }


async def _get(app: ASGIApp, scope: Scope) -> tuple[int, str, bytes]:
    """Status, content type and body of the application's answer."""
    status, content_type, body = 500, "", bytearray()

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status, content_type
        if message["type"] == "http.response.start":
            status = message["status"]
            content_type = dict(message["headers"]).get(b"content-type", b"").decode("latin-1")
        else:
            body.extend(message.get("body", b""))

    await app(scope, receive, send)
    return status, content_type, bytes(body)
