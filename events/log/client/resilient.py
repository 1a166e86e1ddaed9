"""nats-py's client, made to withstand whatever a stranger publishes, to read quickly, and to give up what is lost.

nats-py 2.16 ends its read loop for good, with no reconnect, on the first message whose header status or subject is not
UTF-8: one message on a subject that anyone may publish to would silence a service. And it waits out the whole time of
a request whose answer was lost with its connection. Both are in private methods; the lock pins the release, and
tests/integration/log/test_client.py sends such messages and loses such answers.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from nats.aio.client import Client, Srv
from nats.aio.msg import Msg
from nats.errors import ConnectionClosedError, MaxPayloadError, NoRespondersError
from nats.errors import Error as NatsError

from events.log.client.headers import VERSION, read_headers, read_usual_headers
from events.log.client.parser import WholeMessages
from events.log.client.replies import Replies, status_of
from events.log.client.signing_user import NoSeed, SigningUser

JETSTREAM_API = "$JS.API"
"""What JetStream's own API begins with, in the account of whoever asks."""
_CLOSING_SECONDS = 1.0
_COLON = ": ".join
_NONE: Mapping[str, str] = {}


class ResilientClient(Client):
    """A client that takes every message: what is not UTF-8 in it is replaced, and what is no header is left out."""

    url = ""
    """The address that :func:`events.log.connect` was given; it may hold a password."""
    log_api = JETSTREAM_API
    """What JetStream's API begins with for the streams that are in another account than the user."""
    log_streams: tuple[str, ...] = ("CAIRN_LOG", "CAIRN_ADMIN", "CAIRN_ACCESS")
    """How the names of the streams begin that an account without readers keeps: the log's, and who read what."""

    def __init__(self) -> None:
        super().__init__()
        self._ps = WholeMessages(self, self._message)
        self._awaited: set[asyncio.Timeout] = set()
        self._user: SigningUser | None = None
        self.needs_tls = False
        """Whether a server that does not offer TLS is one to turn away from."""
        self._replies: Replies | None = None

    def connects_as(self, user: SigningUser) -> None:
        """Sign what servers ask at each connection. nats-py does so without the package `nkeys`, if it is told thus."""
        self._auth_configured = True
        self._user = user

    def _connect_command(self) -> bytes:
        try:
            if self._user is not None and self._user.key is not None:
                self._public_nkey = self._user.key()
            return super()._connect_command()
        except NoSeed as error:
            # As an error of its own it is told, and the next attempt reads the file again; nothing else would.
            raise NatsError(str(error)) from None

    async def _process_info(self, info: dict[str, Any], initial_connection: bool = False) -> None:
        if initial_connection and self.needs_tls and not info.get("tls_required"):
            # nats-py would go on in the clear, and send the password so.
            raise NatsError("it offers no TLS, which the address asks for")
        await super()._process_info(info, initial_connection)

    def api_of(self, stream: str) -> str:
        """What the subjects of JetStream's API begin with for a stream, as this user may ask."""
        return self.log_api if stream.startswith(self.log_streams) else JETSTREAM_API

    @asynccontextmanager
    async def answer_within(self, seconds: float) -> AsyncIterator[None]:
        """Wait for an answer from the server itself, and give it up as soon as the connection is lost.

        What the server has answered on a lost connection never arrives, so that waiting longer is of no use.

        Args:
            seconds: How long the answer may take.

        Raises:
            TimeoutError: the time is over, or the connection was lost.
        """
        async with asyncio.timeout(seconds) as timeout:
            self._awaited.add(timeout)
            try:
                yield
            finally:
                self._awaited.discard(timeout)

    # nats-py drops a connection without closing it in two cases: when the server goes away, or refuses, before the
    # handshake is over, and another server is tried; and when what is pending cannot be written out at the end.

    async def _connect_to_server(self, server: Srv) -> None:
        self._close_transport()
        await super()._connect_to_server(server)

    async def _close(self, status: int, do_cbs: bool = True) -> None:
        if not self.is_connected:
            # It can be written nowhere, and nats-py would try: uvloop refuses that on a connection that is closed.
            self._pending, self._pending_data_size = [], 0
        try:
            await super()._close(status, do_cbs)
        finally:
            self._close_transport()

    def _close_transport(self) -> None:
        if self._transport is not None:
            self._transport.close()  # type: ignore[no-untyped-call]  # nats-py leaves it unannotated

    async def _process_op_err(self, e: Exception) -> None:
        await super()._process_op_err(e)
        if not self.is_connected:
            for timeout in self._awaited:
                if not timeout.expired():
                    timeout.reschedule(asyncio.get_running_loop().time())

    async def _process_pong(self) -> None:
        if self._pongs and self._pongs[0].done():
            # Whoever waited for it has given up, and nats-py would end its read loop for good.
            self._pongs[0] = asyncio.get_running_loop().create_future()
        await super()._process_pong()

    def _message(self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: bytes) -> Msg:
        return self._build_message(sid, subject, reply, data, read_usual_headers(headers) if headers else None)

    async def _process_headers(self, headers: bytes | None) -> dict[str, str] | None:
        return read_headers(headers) if headers else None

    def _build_message(
        self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: dict[str, str] | None
    ) -> Msg:
        return self.msg_class(
            _client=self,
            subject=subject.decode(errors="replace"),
            # An answer to an address that cannot be read back would go astray.
            reply=reply.decode() if reply.isascii() else "",
            data=data,
            headers=headers,
            _sid=sid,
        )

    def send(
        self, subject: str, headers: Mapping[str, str], body: bytes, reply: str = "", further: Mapping[str, str] = _NONE
    ) -> None:
        """Publish, with headers or without, at once and in a fifth of the time that nats-py takes for it.

        The message waits in nats-py's own buffer for the next write to the socket. Nothing is checked but what would
        break the protocol: subjects and header names are the caller's to get right.

        Args:
            further: More headers, behind the others.

        Raises:
            ConnectionClosedError: the client is closed or not connected.
            ValueError: a header value holds a line break.
        """
        if not self.is_connected or self._flush_queue is None:
            raise ConnectionClosedError
        to = f"{subject} {reply}" if reply else subject
        if headers or further:
            lines = [VERSION, *map(_COLON, headers.items()), *map(_COLON, further.items()), "\r\n"]
            text = "\r\n".join(lines)
            if text.count("\n") != len(lines) or text.count("\r") != len(lines):
                raise ValueError("a header value holds a line break")
            block = text.encode()
            size = len(block)
            command = b"HPUB %b %d %d\r\n%b%b\r\n" % (to.encode(), size, size + len(body), block, body)
        else:
            command = b"PUB %b %d\r\n%b\r\n" % (to.encode(), len(body), body)
        self.stats["out_msgs"] += 1
        self.stats["out_bytes"] += len(body)
        self._pending.append(command)
        self._pending_data_size += len(command)
        if self._flush_queue.empty():
            self._flush_queue.put_nowait(asyncio.get_running_loop().create_future())

    async def ask(self, subject: str, headers: Mapping[str, str], body: bytes, seconds: float) -> Msg:
        """The answer to one request, in a third of the time that nats-py's own request takes for it.

        Args:
            subject, headers, body: As of :meth:`send`.
            seconds: How long the answer may take.

        Raises:
            ConnectionClosedError, ValueError: as of :meth:`send`.
            MaxPayloadError: the body is larger than the server takes.
            NoRespondersError: nobody listens there.
            TimeoutError: the time is over.
        """
        if len(body) > self.max_payload:
            raise MaxPayloadError
        if self._replies is None:
            self._replies = Replies(self)
        replies = self._replies
        await replies.open()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Msg] = loop.create_future()
        reply = replies.expect(lambda message: None if answer.done() else answer.set_result(message))
        timer = loop.call_later(seconds, lambda: None if answer.done() else answer.set_exception(TimeoutError()))
        try:
            self.send(subject, headers, body, reply)
            message = await answer
        finally:
            timer.cancel()
            replies.forget(reply)
        if status_of(message) == "503":
            raise NoRespondersError
        return message

    def write_out(self) -> None:
        """Hand what was sent to the transport at once, instead of after all other work that is ready to run.

        nats-py's flusher, which :meth:`send` has woken, has nothing more to write then but still drains the transport.
        """
        if self._transport is None:
            return
        with suppress(RuntimeError):  # the connection is being lost, and the flusher deals with what is pending
            self._transport.writelines(self._pending[:])
            self._pending = []


class Undecided(NatsError):
    """A server has not said whether it lets a user in."""


async def connect_client(
    servers: list[str],
    signing: SigningUser | None = None,
    **options: Any,  # nats-py's own options
) -> ResilientClient:
    """A connected client; one that cannot connect is closed, which nats-py leaves undone.

    A server that takes more than two seconds to decide whom it lets in asks first whether the client is there. nats-py
    (2.16) takes that for the answer, and gives a client that never counts as connected.

    Args:
        signing: Who connects by signing, where somebody does.

    Raises:
        Undecided: the server has not decided yet.
    """
    client = ResilientClient()
    client.needs_tls = "tls" in options or any(server.startswith("tls://") for server in servers)
    if signing is not None:
        client.connects_as(signing)
        options |= {"signature_cb": signing.sign, "user_jwt_cb": signing.jwt}
    try:
        await client.connect(servers, **options)
        if client.is_connecting:
            raise Undecided("it has not decided yet whether it lets this user in")
    except BaseException:
        with suppress(TimeoutError):  # after a failed TLS handshake nats-py waits for an end that never comes
            async with asyncio.timeout(_CLOSING_SECONDS):
                await client.close()
        raise
    return client
