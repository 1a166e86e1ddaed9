"""nats-py's client, made to withstand whatever a stranger publishes, and to read quickly.

nats-py 2.16 ends its read loop for good, with no reconnect, on the first message whose header status or subject is not
UTF-8: one message on a subject that anyone may publish to would silence a service. And it looks at header names one
character at a time, which would be the largest part of following the log. Both are in private methods; the lock pins
the release, and tests/integration/log/test_client.py sends such messages.
"""

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import ConnectionClosedError

from events.attribute_headers import DoubledHeaders
from events.log.wire import WholeMessages

_CLOSING_SECONDS = 1.0
_VERSION = "NATS/1.0"
_NAME = re.compile(r"[!-9;-~]+")
_HEADER = re.compile(r"^([!-9;-~]+):[ \t]*([^\r\n]*)\r\n", re.MULTILINE)


class ResilientClient(Client):
    """A client that takes every message: what is not UTF-8 in it is replaced, and what is no header is left out."""

    url = ""
    """Of :func:`events.log.connect`, where that made it; it may hold a password."""

    def __init__(self) -> None:
        super().__init__()
        self._ps = WholeMessages(self)

    def message(self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: bytes) -> Msg:
        """A message as it came, for the subscription of this number."""
        return self._build_message(sid, subject, reply, data, read_headers(headers) if headers else None)

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

    def send(self, subject: str, headers: Mapping[str, str], body: bytes, reply: str = "") -> None:
        """Publish with headers, at once and in a fifth of the time that nats-py takes for it.

        The message waits in nats-py's own buffer for the next write to the socket. Nothing is checked but what would
        break the protocol: subjects and header names are the caller's to get right.

        Raises:
            ConnectionClosedError: the client is closed or not connected.
            ValueError: a header value holds a line break.
        """
        if not self.is_connected or self._flush_queue is None:
            raise ConnectionClosedError
        lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
        if lines.count("\n") != len(headers) or lines.count("\r") != len(headers):
            raise ValueError("a header value holds a line break")
        block = f"{_VERSION}\r\n{lines}\r\n".encode()
        size = len(block)
        command = b"HPUB %b %b%d %d\r\n%b%b\r\n" % (
            subject.encode(),
            f"{reply} ".encode() if reply else b"",
            size,
            size + len(body),
            block,
            body,
        )
        self.stats["out_msgs"] += 1
        self.stats["out_bytes"] += len(body)
        self._pending.append(command)
        self._pending_data_size += len(command)
        if self._flush_queue.empty():
            self._flush_queue.put_nowait(asyncio.get_running_loop().create_future())

    def write_out(self) -> None:
        """Hand what was sent to the transport at once, and not after everything else that is ready to run.

        nats-py's flusher, which :meth:`send` has woken, has nothing more to write then but still drains the transport.
        """
        if self._transport is None:
            return
        with suppress(RuntimeError):  # the connection is going away, and the flusher sees to what is pending
            self._transport.writelines(self._pending[:])
            self._pending = []


async def connect_client(servers: list[str], **options: Any) -> ResilientClient:  # nats-py's own options
    """A connected client; one that cannot connect is closed, which nats-py leaves undone."""
    client = ResilientClient()
    try:
        await client.connect(servers, **options)
    except BaseException:
        with suppress(TimeoutError):  # after a failed TLS handshake nats-py waits for an end that never comes
            async with asyncio.timeout(_CLOSING_SECONDS):
                await client.close()
        raise
    return client


def read_headers(block: bytes) -> dict[str, str] | None:
    """The headers of a NATS message, with an inline status as `Status` and `Description`; None when there are none.

    The form is `NATS/1.0[ status[ description]]`, then `Name: value` lines (NATS ADR-4). Never raises.
    """
    text = block.decode(errors="replace")
    first, *lines = text.split("\r\n")
    headers = {name: value for name, colon, value in [line.partition(": ") for line in lines] if colon}
    if not _is_plain(text, len(lines)) or len(headers) + 2 != len(lines) or not _are_names(tuple(headers)):
        pairs = _HEADER.findall(text, len(first))
        headers = dict(pairs)
        if len(headers) < len(pairs):
            headers = DoubledHeaders(pairs)
    if len(first) > len(_VERSION):
        code, _, description = first[len(_VERSION) :].strip().partition(" ")
        if code.isdecimal():
            headers["Status"] = code
        if description:
            headers["Description"] = description
    return headers or None


def _is_plain(text: str, lines: int) -> bool:
    """Whether headers are written as everybody writes them, so that they need no pattern, which takes twice as long."""
    return text.count("\n") == text.count("\r") == lines and ":  " not in text and ": \t" not in text


@lru_cache(maxsize=512)  # Those who write to a log write the same headers over and over.
def _are_names(words: tuple[str, ...]) -> bool:
    return all(map(_NAME.fullmatch, words))
