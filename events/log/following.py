"""Following the log: from a position through the past into live, without a gap or a repeat.

An ordered consumer of the server (no acknowledgements, kept in memory) hands out messages as they are pulled, so a
slow reader holds nobody up and buffers stay bounded. The follower knows the last position it yielded: whatever
happens to the connection, the server or the consumer, it asks for a new one from there.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import suppress

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, ConsumerInfo, DeliverPolicy
from pydantic_core import to_json

from events.envelope import StoredMessage
from events.log.anchor import Anchor, check_anchor
from events.log.cancellation import heed_cancellation
from events.log.client.direct_subscription import subscribe_directly
from events.log.client.replies import status_of
from events.log.client.resilient import ResilientClient
from events.log.failures import LogUnreachable
from events.log.finishing import finish
from events.log.reading import Batch

_log = logging.getLogger("cairn.log")
_PULL_MESSAGES = 2000
"""How many messages the server is asked for ahead."""
_PULL_BYTES = 8 * 1024 * 1024
_WAKE_SECONDS = 0.5
_SILENCE_SECONDS = 10.0
"""How long the server may send nothing, not even a heartbeat, before a new consumer is made."""
_CONSUMER_SECONDS = 60.0
"""How long the server keeps a consumer from which nobody pulls."""


class Follower:
    """One reader of the whole log, or of the part that a subject filter names."""

    def __init__(
        self, nc: ResilientClient, stream: str, after: int | Anchor, subject: str | None = None, batch: int = 500
    ):
        self._nc = nc
        self._stream = stream
        self._subject = subject
        self._batch = batch
        self._after = Anchor.of(after)
        self._last: StoredMessage | None = None
        self.position = self._after.position
        """The last position yielded."""
        self.head = self.position
        """The last position of the log that this follower has heard of."""

    async def batches(self) -> AsyncGenerator[Batch, None]:
        """Batches in log order for ever; an empty one when the end is first reached.

        Raises:
            LogReplaced: the log is not the one that was followed so far, at the start or after any interruption.
        """
        caught_up = False
        while True:
            anchor = self._after if self._last is None else Anchor.at(self._last)
            consumer = _Consumer(self._nc, self._stream, anchor, self._subject)
            try:
                await consumer.open()
                self.head = max(self.head, consumer.head)
                while True:
                    heed_cancellation()
                    if not caught_up and not consumer.pending:
                        caught_up = True
                        yield Batch((), self.head)
                    messages = await consumer.take(self._batch)
                    if messages:
                        self._last = messages[-1]
                        self.position = self._last.position
                        self.head = max(self.head, self.position, consumer.head)
                        yield Batch(tuple(messages), self.head)
            except (_Interrupted, LogUnreachable, NatsError, OSError, TimeoutError) as error:
                _log.info("following from position %d again: %s", self.position, error)
                await asyncio.sleep(0.1)
            finally:
                await finish(consumer.close())


class _Interrupted(Exception):
    """The consumer cannot go on; a new one can."""


class _Consumer:
    """One ordered consumer on the server, from its creation to its first interruption."""

    def __init__(self, nc: ResilientClient, stream: str, after: Anchor, subject: str | None):
        self._nc = nc
        self._js = nc.jetstream(timeout=5)
        self._stream = stream
        self._after = after
        self._filter = subject
        self._name = ""
        self._creation: asyncio.Future[ConsumerInfo] | None = None
        self._buffer: deque[Msg] = deque()
        self._arrived = asyncio.Event()
        self._outstanding = 0
        self._delivered = 0
        self._reconnects = nc.stats["reconnects"]
        self.pending = 0
        self.head = 0

    async def open(self) -> None:
        self._inbox = self._nc.new_inbox()
        self._subscription = await subscribe_directly(self._nc, self._inbox, self._arrive)
        config = ConsumerConfig(
            deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=self._after.position + 1,
            ack_policy=AckPolicy.NONE,
            max_deliver=1,
            mem_storage=True,
            num_replicas=1,
            inactive_threshold=_CONSUMER_SECONDS,
            filter_subject=self._filter,
        )
        # A reader that is cancelled while the server answers still needs the name, to delete the consumer.
        self._creation = asyncio.ensure_future(self._js.add_consumer(self._stream, config))
        info = await asyncio.shield(self._creation)
        self._name = info.name
        self.pending = info.num_pending or 0
        # Checked after the consumer was created: a log that is exchanged later ends the consumer, and is checked again.
        self.head = (await check_anchor(self._nc, self._stream, self._after)).last
        await self._pull()

    async def close(self) -> None:
        """Delete the consumer on the server, also one whose creation the server has not answered yet."""
        if self._nc.is_closed or not hasattr(self, "_subscription"):
            return
        try:
            if self._creation is not None and not self._name:
                with suppress(NatsError, TimeoutError):
                    self._name = (await self._creation).name
            if self._name and self._nc.is_connected:
                await self._nc.publish(f"$JS.API.CONSUMER.DELETE.{self._stream}.{self._name}")
            await self._subscription.unsubscribe()
        except (NatsError, OSError) as error:
            # The server drops the consumer by itself when nobody has pulled for a minute.
            _log.debug("consumer not deleted: %s", error)

    async def take(self, limit: int) -> list[StoredMessage]:
        """Return the messages that have arrived, up to a limit; wait until there is at least one.

        Raises:
            _Interrupted: There is a gap, the connection was lost, or the server has forgotten the consumer.
        """
        silent = 0.0
        while not self._buffer:
            self._arrived.clear()
            try:
                async with asyncio.timeout(_WAKE_SECONDS):
                    await self._arrived.wait()
            except TimeoutError:
                silent += _WAKE_SECONDS
            if self._nc.stats["reconnects"] != self._reconnects:
                raise _Interrupted("the connection was lost")
            if silent > _SILENCE_SECONDS:
                raise _Interrupted("the server has gone silent")
            if self._buffer and status_of(self._buffer[0]) is not None:
                self._heed(self._buffer.popleft())
                silent = 0.0
                await self._pull()
        messages: list[StoredMessage] = []
        while self._buffer and len(messages) < limit:
            if status_of(self._buffer[0]) is not None:
                if messages:
                    break
                self._heed(self._buffer.popleft())
            else:
                messages.append(self._read(self._buffer.popleft()))
        if messages:
            self._note_head(messages[-1].position, self.pending)
        # The newest message in the buffer knows more about the end of the log than those that are returned now.
        if self._buffer and status_of(self._buffer[-1]) is None:
            position, _, _, pending = _metadata(self._buffer[-1])
            self._note_head(position, pending)
        await self._pull()
        return messages

    def _read(self, message: Msg) -> StoredMessage:
        position, delivered, nanoseconds, self.pending = _metadata(message)
        if delivered != self._delivered + 1:
            raise _Interrupted(f"a gap before position {position}")
        self._delivered = delivered
        self._outstanding -= 1
        return StoredMessage(message.subject, position, nanoseconds, message.headers or {}, message.data)

    def _note_head(self, position: int, pending: int) -> None:
        self.head = max(self.head, position if self._filter else position + pending)

    def _heed(self, message: Msg) -> None:
        """Take in a status message of the server.

        Raises:
            _Interrupted: The consumer cannot be used any more.
        """
        headers = message.headers or {}
        status, description = headers.get("Status"), headers.get("Description", "")
        if status == "100":
            if int(headers.get("Nats-Last-Consumer", self._delivered)) != self._delivered:
                raise _Interrupted("messages were missed")
        elif status == "408" or "Exceeds" in description or "Batch Completed" in description:
            self._outstanding -= int(headers.get("Nats-Pending-Messages", 0))
        else:
            raise _Interrupted(f"the server answered {status} {description}")

    async def _pull(self) -> None:
        """Ask for more once half of what was asked for has come."""
        if self._outstanding > _PULL_MESSAGES // 2:
            return
        request = {
            "batch": _PULL_MESSAGES - self._outstanding,
            "max_bytes": _PULL_BYTES,
            "expires": 30_000_000_000,
            "idle_heartbeat": 3_000_000_000,
        }
        self._outstanding = _PULL_MESSAGES
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{self._stream}.{self._name}"
        await self._nc.publish(subject, to_json(request), reply=self._inbox)

    def _arrive(self, message: Msg) -> None:
        self._buffer.append(message)
        self._arrived.set()


def _metadata(message: Msg) -> tuple[int, int, int, int]:
    """Return a message's position, the consumer's count, the time in nanoseconds, and how many messages follow.

    All four are in the reply subject: $JS.ACK.<stream>.<consumer>.<delivered>.<position>.<count>.<time>.<pending>;
    servers with a domain put the domain and the account's hash in front, and a token behind.
    """
    tokens = message.reply.split(".")
    first = 5 if len(tokens) < 11 else 7
    position, count, nanoseconds, pending = tokens[first : first + 4]
    return int(position), int(count), int(nanoseconds), int(pending)
