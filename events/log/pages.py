"""Reading a stream in order by batches of direct gets, a page ahead of whoever takes the messages."""

from collections import deque
from collections.abc import Callable
from typing import Generic

from nats.aio.subscription import Subscription
from pydantic_core import to_json

from events.log.client.direct_subscription import subscribe_raw
from events.log.client.headers import VERSION, read_headers
from events.log.client.resilient import ResilientClient
from events.log.failures import LogUnreachable
from events.log.handed_out import M, NotStored, Read

PAGE_MESSAGES = 1000
"""How many messages are asked for at once."""
_PAGE_BYTES = 4 * 1024 * 1024
_AHEAD_MESSAGES = 1000
"""While more than these wait to be taken, no further page is asked for."""
_STATUS = f"{VERSION} ".encode()
_END_OF_BATCH = "204"
_NOTHING = "404"


class Pages(Generic[M]):
    """The messages of a stream from a position on, as the replica that answers has them.

    Args:
        nc: A connection from :func:`events.log.connect`.
        subject: Only messages on this subject of the stream (wildcards allowed).
        read: Reads a message.
        arrived: Called whenever something has come.
        most: How many messages are asked for at once.

    Attributes:
        messages: What has come and was not taken yet, in order. Whoever takes calls :meth:`go_on` afterwards.
        asking: Whether an answer is under way.
        head: The last position of the stream as far as the answers tell.
        failure: What went wrong; nothing more comes then.
    """

    def __init__(
        self,
        nc: ResilientClient,
        stream: str,
        subject: str | None,
        read: Read[M],
        arrived: Callable[[], None],
        most: int = PAGE_MESSAGES,
    ):
        self._nc = nc
        self._request = f"{nc.api_of(stream)}.DIRECT.GET.{stream}"
        self._subject = subject
        self._arrived = arrived
        self._most = most
        self._read = read
        self._inbox = nc.new_inbox()
        self._subscription: Subscription | None = None
        self._turn = 0
        self._reply = b""
        self._last = 0
        self._before = 0
        self._more = False
        self.messages: deque[M] = deque()
        self.asking = False
        self.head = 0
        self.failure: LogUnreachable | None = None

    async def begin(self, after: int) -> None:
        """Read what is behind a position; whatever was read or asked for before is dropped."""
        if self._subscription is None:
            self._subscription = await subscribe_raw(self._nc, f"{self._inbox}.*", self._take)
        self.messages.clear()
        self.failure = None
        self._last = after
        self._ask()

    def go_on(self) -> None:
        """Ask for the next page, if there is one and room for it."""
        if self._more and not self.asking and len(self.messages) <= _AHEAD_MESSAGES:
            self._ask()

    async def close(self) -> None:
        """Listen no more."""
        if self._subscription is not None and not self._nc.is_closed:
            await self._subscription.unsubscribe()
        self._subscription = None

    def _ask(self) -> None:
        self._turn += 1
        self._before = 0
        self._more = False
        self.asking = True
        reply = f"{self._inbox}.{self._turn}"
        self._reply = reply.encode()
        request = {
            "seq": self._last + 1,
            "next_by_subj": self._subject or ">",
            "batch": self._most,
            "max_bytes": _PAGE_BYTES,
        }
        self._nc.send(self._request, {}, to_json(request), reply)

    def _take(self, subject: bytes, headers: bytes, data: bytes) -> None:
        if subject != self._reply:
            return  # the rest of an answer that nobody waits for any more
        if not data and headers.startswith(_STATUS):
            self._heed(read_headers(headers) or {})
            self._arrived()
            return
        first = not self.messages
        self._add(headers, data)
        if first or self.failure is not None:
            self._arrived()

    def _add(self, headers: bytes, data: bytes) -> None:
        try:
            _, before, message = self._read(headers, data)
        except NotStored as error:
            self._fail(str(error))
            return
        if before != self._before or message.position <= self._last:
            self._fail(f"A message before position {message.position} was lost on the way.")
            return
        self._before = self._last = message.position
        self.messages.append(message)

    def _heed(self, status: dict[str, str]) -> None:
        """Take in the server's word at the end of a batch, or instead of one."""
        code = status.get("Status")
        if code == _END_OF_BATCH and int(status.get("Nats-Last-Sequence", 0)) != self._before:
            self._fail("The end of a batch was lost on the way.")
        elif code == _END_OF_BATCH:
            pending = int(status.get("Nats-Num-Pending", 0))
            self.asking = False
            self._more = pending > 0
            self.head = self._last if self._subject else self._last + pending
            self.go_on()
        elif code == _NOTHING:
            self.asking = False
        else:
            self._fail(f"The log does not answer (status {code}).")

    def _fail(self, reason: str) -> None:
        self.asking = self._more = False
        self._reply = b""
        self.failure = LogUnreachable(reason)
