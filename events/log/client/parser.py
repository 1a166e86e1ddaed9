"""Reading what the server sends: each message is taken out of the buffer in one go.

nats-py moves its buffer up twice for each message, which is a large part of the time of following the log. And it gives
the connection up on a subject that holds a sign which is a space to nats-py and not to the server; anyone may publish
on such a subject. The parser is a private part of nats-py; the lock pins the release, and
tests/integration/log/test_parser.py compares the two parsers.
"""

from collections.abc import Callable

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import ProtocolError
from nats.protocol.parser import Parser

from events.log.client.direct_subscription import DirectQueue, RawQueue

BuildMessage = Callable[[int, bytes, bytes, bytes, bytes], Msg]
"""Makes a message out of the number of its subscription, its subject, its reply subject, its body and its headers."""

_END = b"\r\n"


class WholeMessages(Parser):
    """A parser that takes messages as they are, and leaves to nats-py's what else the server says.

    What has come in part waits in `buf` until there is as much as is `needed`.

    Args:
        nc: The client that reads from the socket.
        build: Makes a message for it.
    """

    def __init__(self, nc: Client, build: BuildMessage):
        super().__init__(nc)
        self._nc = nc
        self._build = build

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
            subscription = self._nc._subs.get(number)
            if subscription is not None and isinstance(queue := subscription._pending_queue, RawQueue):
                stats = self._nc.stats
                stats["in_msgs"] += 1
                stats["in_bytes"] += end - payload
                try:
                    queue.take(subject, data[body:payload], data[payload:end])
                except Exception as error:  # noqa: BLE001 - a defect of one must not cost all others the connection
                    await self._nc._error_cb(error)
            else:
                await self._hand_over(number, subject, b"".join(reply), data[payload:end], data[body:payload])
        waiting += data[begin:]

    async def _hand_over(self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: bytes) -> None:
        nc = self._nc
        subscription = nc._subs.get(sid)
        waiting = subscription._pending_queue if subscription else None
        if not isinstance(waiting, DirectQueue):
            await nc._process_msg(sid, subject, reply, data, headers)
            return
        nc.stats["in_msgs"] += 1
        nc.stats["in_bytes"] += len(data)
        try:
            waiting.take(self._build(sid, subject, reply, data, headers))
        except Exception as error:  # noqa: BLE001 - as above
            await nc._error_cb(error)
