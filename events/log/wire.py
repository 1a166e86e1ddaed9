"""Reading what the server sends: each message is taken out of it in one go, and straight to whom it is for.

nats-py moves its buffer up twice for each message, and then takes it through a queue and a task of the subscription's
own. That is half of the time of following the log. And it gives the connection up on a subject with a sign in it that
is a space to nats-py and not to the server, which anyone may publish on. Its parser and its queues are private parts;
the lock pins the release, and tests/integration/log/test_wire.py holds the one parser against the other.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import ProtocolError
from nats.protocol.parser import Parser

if TYPE_CHECKING:
    from events.log.client import ResilientClient

Take = Callable[[Msg], None]

_END = b"\r\n"


class WholeMessages(Parser):
    """A parser that takes messages as they are, and leaves to nats-py's what else the server says.

    What has come in part waits in `buf` until there is as much as is `needed`.
    """

    def __init__(self, nc: "ResilientClient"):
        super().__init__(nc)
        self._nc = nc

    async def parse(self, data: bytes = b"") -> None:
        """Take what has been read from the socket.

        Raises:
            ProtocolError: it is not what a NATS server says.
        """
        self.buf += data
        if len(self.buf) < self.needed:
            return
        # For another connection there is another buffer, by `reset`.
        waiting, data = self.buf, bytes(self.buf)
        waiting.clear()
        self.needed = begin = 0
        while waiting is self.buf and (body := data.find(_END, begin) + len(_END)) >= len(_END):
            words = data[begin : body - len(_END)].split(b" ")
            if words[0] not in (b"MSG", b"HMSG"):
                await super().parse(data[begin:body])
                begin = body
                continue
            try:
                sizes = 2 if words[0] == b"HMSG" else 1
                _, subject, sid, *reply = words[:-sizes]
                payload, end = body + (int(words[-2]) if sizes == 2 else 0), body + int(words[-1])
                number = int(sid)
            except ValueError:
                raise ProtocolError from None
            if len(data) < end + len(_END):
                self.needed = end + len(_END) - begin
                break
            begin = end + len(_END)
            await self._hand_over(number, subject, b"".join(reply), data[payload:end], data[body:payload])
        waiting += data[begin:]

    async def _hand_over(self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: bytes) -> None:
        nc = self._nc
        subscription = nc._subs.get(sid)
        waiting = subscription._pending_queue if subscription else None
        if not isinstance(waiting, _Straight):
            await nc._process_msg(sid, subject, reply, data, headers)
            return
        nc.stats["in_msgs"] += 1
        nc.stats["in_bytes"] += len(data)
        try:
            waiting.take(nc.message(sid, subject, reply, data, headers))
        except Exception as error:  # noqa: BLE001 - a defect of one must not cost all others the connection
            await nc._error_cb(error)


class _Straight(asyncio.Queue[Msg]):
    """Never holds anything."""

    def __init__(self, take: Take):
        super().__init__()
        self.take = take

    def put_nowait(self, item: Msg) -> None:
        self.take(item)


async def subscribe_straight(nc: Client, subject: str, take: Take) -> Subscription:
    """Subscribe to a subject on which nothing is sent before this returns.

    Args:
        take: Called with each message as soon as it is read. It must be quick: nothing else is read meanwhile.
    """
    subscription = await nc.subscribe(subject, pending_bytes_limit=0)
    subscription._pending_queue = _Straight(take)
    return subscription
