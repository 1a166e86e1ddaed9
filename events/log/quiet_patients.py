"""Of which patients nothing was stored since the stream was asked, as its feed tells; they are not asked about again.

A feed promises nothing (`live_feed.py`), so it is believed only as far as it can be checked. Whoever it tells of is
asked about again. A gap in its positions, one that does not rise, and a new connection forget everybody. And once a
second, while somebody wants to know, the stream is asked for its last position: until the feed has come so far,
nobody counts as quiet. What a feed lost at its very end is therefore found out within that second.

Whoever asks is told what the server knew by then: it sends a message of the feed before it acknowledges that it is
stored, and before the pong that is waited for here. In a cluster, where another server may have stored it, that is
what a replica says that lags.
"""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from events.identity import FEED
from events.log.client.direct_subscription import subscribe_raw
from events.log.client.resilient import ResilientClient
from events.log.handed_out import NotStored
from events.log.raw_message import read_raw

MAX_QUIET_PATIENTS = 20_000
"""Of how many patients it is kept what they end with; beyond that all are forgotten, and asked about again."""
_BELIEVED_SECONDS = 1.0
"""How long the feed is believed after the stream was asked how far it goes."""


class Question:
    """Stands in the place of a position while the stream is being asked for it."""


class QuietPatients:
    """What patients of one stream end with, for as long as nothing more is stored of them.

    Args:
        nc: A connection from :func:`events.log.connect`.
        stream: The name of the stream.
        head: Asks the stream for its last position.
    """

    def __init__(self, nc: ResilientClient, stream: str, head: Callable[[], Awaitable[int]]):
        self._nc = nc
        self._stream = stream
        self._head = head
        self._last: dict[str, int | Question] = {}
        self._heard: int | None = None
        self._believed_from = float("-inf")
        self._to_come: tuple[int, float] | None = None
        self._connections = 0
        self._subscription: Subscription | None = None
        self._looking = asyncio.Lock()
        self._hearing: asyncio.Task[bool] | None = None
        self._heard_next: asyncio.Task[bool] | None = None

    async def ends_with(self, patient: str, position: int) -> bool:
        """Whether the last message of a patient is still the one at a position; False where that has to be asked.

        Args:
            patient: The beginning of the patient's subjects in the log.

        Raises:
            LogUnreachable: the stream does not answer.
        """
        if not self._is_believed():
            async with self._looking:
                if not self._is_believed():
                    await self._look()
        if self._last.get(patient) != position or not await self._hear_what_was_sent():
            return False
        return self._is_believed() and self._last.get(patient) == position

    def asking(self, patient: str) -> Question:
        """The stream is about to be asked what a patient ends with."""
        question = Question()
        if len(self._last) >= MAX_QUIET_PATIENTS:
            self._last.clear()
        if self._subscription is not None:
            self._last[patient] = question
        return question

    def answered(self, patient: str, question: Question, position: int) -> None:
        """A patient ended with the message at a position; it counts if nothing has come of the patient since."""
        if self._last.get(patient) is question:
            self._last[patient] = position

    async def close(self) -> None:
        """Listen no more."""
        subscription, self._subscription = self._subscription, None
        if subscription is not None and not self._nc.is_closed:
            await subscription.unsubscribe()

    async def _hear_what_was_sent(self) -> bool:
        """Hear all that the server has sent by now, together with others; False where it does not answer."""
        if self._heard_next is None:
            self._heard_next = asyncio.create_task(self._flushed_after(self._hearing))
        return await asyncio.shield(self._heard_next)

    async def _flushed_after(self, before: asyncio.Task[bool] | None) -> bool:
        if before is not None:
            await asyncio.wait([before])
        self._hearing, self._heard_next = self._heard_next, None
        if not self._nc.is_connected:
            return False
        try:
            async with self._nc.answer_within(_BELIEVED_SECONDS):
                await self._nc.flush()
        except (NatsError, TimeoutError):
            return False
        return True

    def _is_believed(self) -> bool:
        return monotonic() - self._believed_from < _BELIEVED_SECONDS and self._is_same_connection()

    def _is_same_connection(self) -> bool:
        return self._nc.is_connected and self._nc.stats["reconnects"] == self._connections

    async def _look(self) -> None:
        """Find out whether the feed has come to the end of the stream."""
        if self._subscription is None:
            self._subscription = await subscribe_raw(self._nc, f"{FEED}.>", self._take)
        if not self._is_same_connection():
            self._connections = self._nc.stats["reconnects"]
            self._forget(None)
        if self._to_come is not None and monotonic() - self._to_come[1] < _BELIEVED_SECONDS:
            return
        at = monotonic()
        head = await self._head()
        if self._heard is None:
            self._forget(head)
        if self._heard == head:
            self._believed_from, self._to_come = at, None
        else:
            self._to_come = head, at

    def _take(self, _: bytes, headers: bytes, data: bytes) -> None:
        try:
            stream, _before, message = read_raw(headers, data)
        except NotStored:
            return
        if stream != self._stream:
            return
        self._last.pop(message.subject.rpartition(".")[0], None)
        if self._heard is None or message.position == self._heard + 1:
            self._heard = message.position
        elif message.position != self._heard:
            self._forget(message.position)
        if self._to_come is not None and self._heard == self._to_come[0]:
            self._believed_from, self._to_come = self._to_come[1], None

    def _forget(self, heard: int | None) -> None:
        self._last.clear()
        self._heard = heard
        self._believed_from, self._to_come = float("-inf"), None
