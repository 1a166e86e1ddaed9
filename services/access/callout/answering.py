"""Answers the servers' questions, so many at a time, each with a user or a refusal. No token gets into a log."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping

from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from services.access.authentication import TokenRefused
from services.access.callout.admission import Admission, Refused, admission
from services.access.callout.answers import admitted, refused
from services.access.callout.connections import Connection, Connections
from services.access.callout.keys import CalloutKeys
from services.access.callout.request import AuthorizationRequest, BadRequest, read_request
from services.access.callout.sealing import SERVER_KEY
from services.access.callout.tokens import Tokens

MAX_QUESTIONS_AT_ONCE = 1024
"""How many clients may be waiting for an answer; a further one is refused, and tries again."""
_log = logging.getLogger("cairn.auth")


class Answering:
    """Decides about each client that a server asks about.

    Args:
        tokens: Finds out whose a token is.
        accounts: Each organisation's account.
        connections: Where the connections that are admitted are kept in mind.
        send: Sends an answer to a subject.
    """

    def __init__(
        self,
        tokens: Tokens,
        accounts: Mapping[str, str],
        keys: CalloutKeys,
        connections: Connections,
        send: Callable[[str, bytes], Awaitable[None]],
    ):
        self._tokens = tokens
        self._accounts = accounts
        self._keys = keys
        self._connections = connections
        self._send = send
        self._under_way: set[asyncio.Task[None]] = set()

    def take(self, message: Msg) -> None:
        """Answer a question in the background; one that cannot be read gets no answer, and its server gives it up."""
        try:
            server_key = (message.headers or {}).get(SERVER_KEY)
            request = read_request(message.data, server_key, self._keys, time.time())
        except BadRequest as error:
            _log.warning("%s", error)
            return
        task = asyncio.get_running_loop().create_task(self._answer(message.reply, request))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def finish(self) -> None:
        """Wait until every question that was taken has its answer."""
        if self._under_way:
            await asyncio.wait(self._under_way)

    async def _answer(self, reply: str, request: AuthorizationRequest) -> None:
        now = int(time.time())
        try:
            found = await self._admission(request)
        except Refused as refusal:
            _log.info("a client was refused: %s", refusal.code)
            answer = refused(request, refusal, self._keys, now)
        else:
            # In mind before the server knows: a token that is revoked at this very moment leaves no connection behind.
            token = found.principal.token
            self._connections.remember(Connection(request.server, request.cid, token, found.expires))
            answer = admitted(request, found, self._keys, now)
        try:
            await self._send(reply, answer)
        except (NatsError, OSError) as error:  # the server gives the question up, and the client asks again
            _log.warning("an answer could not be sent: %s", type(error).__name__)

    async def _admission(self, request: AuthorizationRequest) -> Admission:
        if not request.token:
            raise Refused("access.token_missing")
        if not request.is_client:
            raise Refused("access.denied", "Leaf nodes, and clients of MQTT and WebSocket, are not admitted.")
        if len(self._under_way) > MAX_QUESTIONS_AT_ONCE:
            raise Refused("access.unavailable")
        try:
            checked = await self._tokens.checked(request.token)
        except TokenRefused as refusal:
            raise Refused(refusal.code) from None
        except Exception as error:  # noqa: BLE001 - a defect in checking must not leave servers without an answer
            # The text of the error may hold the token.
            _log.error("a token could not be checked: %s", type(error).__name__)
            raise Refused("access.unavailable") from None
        return admission(checked, request.user, self._accounts, time.time())
