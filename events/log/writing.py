"""Writing to a stream: group commit with optimistic concurrency, and recovery of appends that are in doubt.

Writes that arrive together leave together, as one atomic batch: one fsync for all. A lone message is a plain publish
with no added wait. What is refused as a batch is tried one by one, so a conflict costs only its owner.
"""

import asyncio
from collections import deque
from collections.abc import Hashable
from typing import NamedTuple

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.nuid import NUID

from events.errors import CairnError
from events.log.acknowledgement import Refused, acknowledged
from events.log.append_recovery import AppendRecovery, StillPossible
from events.log.client.replies import Replies
from events.log.client.resilient import ResilientClient
from events.log.failures import LogBusy, LogFull, LogUnavailable, MessageTooLarge
from events.log.leader import Leader
from events.log.message import Message
from events.log.reading import DirectReader

MAX_BATCH = 1000
"""The most messages that the server takes in one atomic batch."""
_FEWEST_IN_A_BATCH = 24
"""How many writes are cheaper as one batch than one by one (measured; docs/performance.md)."""
_MOST_BATCHES = 2
"""How many batches are under way at once; the server allows 50, but the disk gains nothing from more."""
_SENT_AHEAD_WRITES = 64, 128
"""How many writes of one moment go ahead of the rest, so that the server stores them while the others are being made:
where it has nothing to store yet, and where it has a batch already. Fewer wait for that one: a batch takes by itself as
much of the server as a hundred messages in it (docs/decisions/0040)."""
_PATIENCE = 2.0
"""For how many waits of an acknowledgement a write is sent anew while no server leads the stream: a cluster that
has lost its leader elects another one within 4 to 9 seconds (nats-server 2.15)."""
_SECOND_WAIT = 0.4
"""How long a copy may be unanswered, as a part of the wait for the first: whoever submits waits for both."""
_PASSING_SECONDS = 0.1
"""How soon what nobody has taken is sent again."""
_MOST_HEADER_BYTES = 256 * 1024
"""More than the headers of any event of Cairn; a larger message is measured exactly."""
_BATCH_HEADER_BYTES = 1024
"""The most bytes that a batch adds to the headers of one message."""


class Write(NamedTuple):
    """Messages that are stored together or not at all.

    Attributes:
        messages: One or more, in order, with their guards in the headers (see :func:`events.log.message.guarded`).
        boundaries: What the guards look at. Two writes that have one in common never share a batch: guards do not see
            the other messages of their own batch.
    """

    messages: tuple[Message, ...]
    boundaries: frozenset[Hashable] = frozenset()


class _Waiting:
    """A write that was handed in, the future of its caller, and whether an earlier copy of it may still arrive.

    Until `give_up_at` it is sent anew while nobody takes it.
    """

    __slots__ = ("answer", "give_up_at", "sent_before", "write")

    def __init__(self, write: Write, answer: "asyncio.Future[int]"):
        self.write = write
        self.answer = answer
        self.sent_before = False
        self.give_up_at: float | None = None

    def settle(self, first_position: int) -> None:
        if not self.answer.done():
            self.answer.set_result(first_position)

    def fail(self, error: CairnError) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)


class _Group:
    """Writes that were sent together: as one message, or as one atomic batch."""

    __slots__ = ("reply", "sent_on", "timer", "writes")

    def __init__(self, writes: list[_Waiting], sent_on: int):
        self.writes = writes
        self.sent_on = sent_on
        self.reply = ""
        self.timer: asyncio.TimerHandle | None = None


class Writer:
    """Stores messages in one stream; nothing else in Cairn writes to that stream.

    Everything but recovery is done in callbacks of the event loop: a task and a timeout for each write would cost more
    than the write. While a batch is under way, what arrives waits for the next one; few enough writes go one by one,
    because a batch has a price of its own (the server stages it on the disk).

    Args:
        max_waiting: How many writes may wait before further ones are refused as busy.
        ack_seconds: How long an acknowledgement may take before the write is in doubt.
    """

    def __init__(
        self,
        nc: ResilientClient,
        replies: Replies,
        reader: DirectReader,
        *,
        max_waiting: int = 10_000,
        ack_seconds: float = 5.0,
    ):
        self._nc = nc
        self._replies = replies
        self._recovery = AppendRecovery(nc, Leader(nc, replies, ack_seconds), reader, ack_seconds)
        self._max_waiting = max_waiting
        self._ack_seconds = ack_seconds
        self._waiting: deque[_Waiting] = deque()
        self._singles = 0
        self._batches = 0
        self._flush_due = False
        self._finding_out: set[asyncio.Task[None]] = set()
        self._batch_ids = NUID()

    async def write(self, write: Write) -> int:
        """Store the messages of a write durably.

        Returns:
            The position of the first message; the others follow it without a gap.

        Raises:
            WrongVersion: The guard of a message did not hold; nothing was stored.
            LogBusy, LogUnavailable, MessageTooLarge: As :meth:`begin`.
        """
        if self._nc.is_connected:
            await self._replies.open()
        return await self.begin(write)

    def begin(self, write: Write) -> "asyncio.Future[int]":
        """Begin to store the messages of a write, without waiting for anything.

        Returns:
            As :meth:`write`, when they are stored; its exceptions are those of :meth:`write`.

        Raises:
            LogBusy: Too many writes are waiting already; nothing was stored.
            LogUnavailable: The log cannot be written now (see `LogUnavailable.certain`).
            MessageTooLarge: The server takes no message of this size; nothing was sent.
        """
        if len(self._waiting) >= self._max_waiting:
            raise LogBusy(f"{len(self._waiting)} writes are waiting already.")
        if len(write.messages) > MAX_BATCH:
            raise ValueError(f"one write takes at most {MAX_BATCH} messages")
        self._check_size(write)
        if not self._nc.is_connected or not self._replies.is_open:
            raise LogUnavailable("There is no connection to the log.", certain=True)
        waiting = _Waiting(write, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._batches < _MOST_BATCHES and len(self._waiting) >= _SENT_AHEAD_WRITES[self._batches]:
            self._send(self._next_group())
            self._nc.write_out()
        else:
            self._flush_soon()
        return waiting.answer

    def _check_size(self, write: Write) -> None:
        """Refuse a message that is too large: the server would end the connection, and with it the writes of others."""
        limit = self._nc.max_payload
        if max([len(message.body) for message in write.messages]) <= limit - _MOST_HEADER_BYTES:
            return
        largest = max(map(_size, write.messages))
        if largest > limit - _BATCH_HEADER_BYTES:
            raise MessageTooLarge(f"{largest} bytes are more than the server takes ({limit}).")

    def _flush_soon(self) -> None:
        """Send after everything that is ready to run has run, so that writes of one moment share a batch."""
        if self._waiting and not self._flush_due:
            self._flush_due = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._flush_due = False
        while self._waiting and self._batches < _MOST_BATCHES:
            if len(self._waiting) >= (_SENT_AHEAD_WRITES[1] if self._batches else _FEWEST_IN_A_BATCH):
                self._send(self._next_group())
            elif self._batches or self._singles + len(self._waiting) > _FEWEST_IN_A_BATCH:
                return
            else:
                self._send([self._waiting.popleft()])

    def _next_group(self) -> list[_Waiting]:
        """As many as fit into a batch, each boundary at most once."""
        group: list[_Waiting] = []
        boundaries: set[Hashable] = set()
        later: list[_Waiting] = []
        messages = 0
        while self._waiting:
            waiting = self._waiting.popleft()
            size = len(waiting.write.messages)
            if not boundaries.isdisjoint(waiting.write.boundaries):
                later.append(waiting)
            elif messages + size > MAX_BATCH and group:
                later.append(waiting)
                break
            else:
                group.append(waiting)
                boundaries |= waiting.write.boundaries
                messages += size
        self._waiting.extendleft(reversed(later))
        return group

    def _send(self, writes: list[_Waiting]) -> None:
        group = _Group(writes, self._nc.stats["reconnects"])
        self._count(group, 1)
        group.reply = self._replies.expect(lambda message: self._answered(group, message))
        again = any(waiting.sent_before for waiting in writes)
        seconds = self._ack_seconds * (_SECOND_WAIT if again else 1)
        group.timer = asyncio.get_running_loop().call_later(seconds, self._unanswered, group)
        messages = [message for waiting in writes for message in waiting.write.messages]
        try:
            self._put(messages, group.reply)
        except NatsError:
            self._done(group)
            for waiting in writes:
                waiting.fail(LogUnavailable("There is no connection to the log.", certain=not waiting.sent_before))

    def _put(self, messages: list[Message], reply: str) -> None:
        if len(messages) == 1:
            subject, headers, body = messages[0]
            self._nc.send(subject, headers, body, reply)
            return
        batch = self._batch_ids.next().decode()
        for sequence, (subject, headers, body) in enumerate(messages, 1):
            marks = {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(sequence)}
            if sequence < len(messages):
                self._nc.send(subject, headers, body, further=marks)
            else:
                self._nc.send(subject, headers, body, reply, {**marks, "Nats-Batch-Commit": "1"})

    def _count(self, group: _Group, by: int) -> None:
        if len(group.writes) == 1:
            self._singles += by
        else:
            self._batches += by

    def _done(self, group: _Group) -> None:
        if group.timer is not None:
            group.timer.cancel()
        self._replies.forget(group.reply)
        self._count(group, -1)
        self._flush_soon()

    def _answered(self, group: _Group, message: Msg) -> None:
        self._done(group)
        try:
            last = acknowledged(message)
        except Refused as refusal:
            if refusal.passing and self._later(group.writes):
                return
            if len(group.writes) > 1:
                for waiting in group.writes:
                    waiting.sent_before |= not refusal.settled
                    self._send([waiting])
            elif refusal.settled and not group.writes[0].sent_before:
                group.writes[0].fail(refusal.error)
            else:
                self._doubt_about(group.writes[0], group.sent_on, refusal.error)
            return
        position = last - sum(len(waiting.write.messages) for waiting in group.writes) + 1
        for waiting in group.writes:
            waiting.settle(position)
            position += len(waiting.write.messages)

    def _unanswered(self, group: _Group) -> None:
        self._done(group)
        for waiting in group.writes:
            # Where it turns out that the server answers and has stored nothing, that is what a full disk looks like.
            full = LogFull(
                f"The log's server answers, and has stored nothing for {self._ack_seconds:.0f} s. Its disk may be full;"
                " its own log says so.",
                told=False,
            )
            self._doubt_about(waiting, group.sent_on, full)

    def _doubt_about(self, waiting: _Waiting, sent_on: int, not_stored: CairnError) -> None:
        task = asyncio.get_running_loop().create_task(self._find_out(waiting, sent_on, not_stored))
        self._finding_out.add(task)
        task.add_done_callback(self._finding_out.discard)

    async def _find_out(self, waiting: _Waiting, sent_on: int, not_stored: CairnError) -> None:
        try:
            position = await self._recovery.resolve(waiting.write.messages, sent_on)
        except StillPossible:
            self._send_again(waiting)
        except TimeoutError:
            waiting.fail(
                LogUnavailable("The connection to the log was lost in the middle of the append.", certain=False)
            )
        else:
            if position is None and isinstance(not_stored, LogFull) and not (not_stored.told or waiting.sent_before):
                # It was lost with a server that led the stream, for instance.
                self._send_again(waiting)
            elif position is None:
                waiting.fail(not_stored)
            else:
                waiting.settle(position)

    def _later(self, writes: list[_Waiting]) -> bool:
        """Send what nobody has taken once more in a moment; False when that has gone on for long enough."""
        loop = asyncio.get_running_loop()
        for waiting in writes:
            if waiting.give_up_at is None:
                waiting.give_up_at = loop.time() + _PATIENCE * self._ack_seconds
        if any(waiting.give_up_at is not None and waiting.give_up_at <= loop.time() for waiting in writes):
            return False
        loop.call_later(_PASSING_SECONDS, self._put_back, writes)
        return True

    def _put_back(self, writes: list[_Waiting]) -> None:
        self._waiting.extendleft(reversed(writes))
        self._flush_soon()

    def _send_again(self, waiting: _Waiting) -> None:
        """Send a second copy. The guard admits one of the two copies, whichever arrives first."""
        if waiting.sent_before:
            waiting.fail(
                LogUnavailable("The connection to the log was lost twice in the middle of the append.", certain=False)
            )
            return
        waiting.sent_before = True
        self._waiting.appendleft(waiting)
        self._flush_soon()


def _size(message: Message) -> int:
    return len(message.body) + sum(len(name) + len(value.encode()) + 4 for name, value in message.headers.items())
