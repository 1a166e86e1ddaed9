"""Writing to a stream: group commit with optimistic concurrency, and certainty after a doubt.

Writes that arrive together leave together, as one atomic batch: one fsync for all. A lone message is a plain publish
with no added wait. What is refused as a batch is tried one by one, so a conflict costs only its owner.
"""

import asyncio
from collections import deque
from collections.abc import Coroutine, Hashable
from dataclasses import dataclass
from typing import NamedTuple

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.nuid import NUID
from pydantic_core import from_json

from events.errors import CairnError
from events.log.reading import DirectReader, LogUnreachable
from events.log.replies import Replies, status_of

_WRONG_SEQUENCE = frozenset({10071, 10164})
MAX_BATCH = 1000
"""The most messages that the server takes in one atomic batch."""
_NEVER = 2**63 - 1


class WrongVersion(CairnError):
    """The goal (or patient) has moved on from the expected position; nothing was stored."""


class LogBusy(CairnError):
    """Too many writes are waiting; this one was not taken on."""


class LogUnavailable(CairnError):
    """The log cannot be written now.

    Attributes:
        certain: True when nothing was stored for sure; False when that could not be found out.
    """

    def __init__(self, message: str, *, certain: bool):
        super().__init__(message)
        self.certain = certain


class Message(NamedTuple):
    """One message for the log. Its headers must tell it apart from every other on its subject."""

    subject: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Write:
    """Messages that are stored together or not at all.

    Attributes:
        messages: One or more, in order, with their guards in the headers (see :func:`guarded`).
        boundary: What the guards look at. Two writes of one boundary never share a batch: guards do not see the
            other messages of their own batch.
    """

    messages: tuple[Message, ...]
    boundary: Hashable


def guarded(message: Message, expected: int, across: str | None = None) -> Message:
    """The message, refused by the server unless its subject's last message is at the expected position.

    Args:
        message: The first of its write on its subject; the server takes one guard a subject.
        expected: The position of the last message, 0 for none.
        across: A wildcard whose subjects the guard looks at instead of the message's own.
    """
    guard = {"Nats-Expected-Last-Subject-Sequence": str(expected)}
    if across is not None:
        guard["Nats-Expected-Last-Subject-Sequence-Subject"] = across
    return message._replace(headers={**message.headers, **guard})


class _Waiting:
    """One write on its way, and who waits for its answer."""

    __slots__ = ("answer", "write")

    def __init__(self, write: Write, answer: "asyncio.Future[int]"):
        self.write = write
        self.answer = answer

    def settle(self, first_position: int) -> None:
        if not self.answer.done():
            self.answer.set_result(first_position)

    def fail(self, error: CairnError) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)


class Writer:
    """The one way into the log.

    Args:
        max_waiting: How many writes may wait before further ones are refused as busy.
        max_in_flight: How many batches may be under way at once.
        ack_seconds: How long an acknowledgement may take before the write is in doubt.
    """

    def __init__(
        self,
        nc: Client,
        replies: Replies,
        reader: DirectReader,
        *,
        max_waiting: int = 10_000,
        max_in_flight: int = 2,
        ack_seconds: float = 5.0,
    ):
        self._nc = nc
        self._replies = replies
        self._reader = reader
        self._max_waiting = max_waiting
        self._max_in_flight = max_in_flight
        self._ack_seconds = ack_seconds
        self._waiting: deque[_Waiting] = deque()
        self._in_flight = 0
        self._flush_due = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._batch_ids = NUID()

    async def write(self, write: Write) -> int:
        """Store the messages durably.

        Returns:
            The position of the first; the others follow it without a gap.

        Raises:
            WrongVersion, LogBusy, LogUnavailable: nothing was stored (see `LogUnavailable.certain`).
        """
        if len(self._waiting) >= self._max_waiting:
            raise LogBusy(f"{len(self._waiting)} writes are waiting already.")
        if len(write.messages) > MAX_BATCH:
            raise ValueError(f"one write takes at most {MAX_BATCH} messages")
        if not self._nc.is_connected:
            raise LogUnavailable("There is no connection to the log.", certain=True)
        waiting = _Waiting(write, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._flush_soon()
        return await waiting.answer

    def _flush_soon(self) -> None:
        """Send after everything that is ready to run has run, so that writes of one moment share a batch."""
        if not self._flush_due and self._in_flight < self._max_in_flight:
            self._flush_due = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._flush_due = False
        if self._waiting and self._in_flight < self._max_in_flight:
            self._in_flight += 1
            self._start(self._commit(self._next_group()))

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _next_group(self) -> list[_Waiting]:
        """As many as fit into a batch, each boundary at most once."""
        group: list[_Waiting] = []
        boundaries: set[Hashable] = set()
        later: list[_Waiting] = []
        messages = 0
        while self._waiting:
            waiting = self._waiting.popleft()
            size = len(waiting.write.messages)
            if waiting.write.boundary in boundaries:
                later.append(waiting)
            elif messages + size > MAX_BATCH and group:
                later.append(waiting)
                break
            else:
                group.append(waiting)
                boundaries.add(waiting.write.boundary)
                messages += size
        self._waiting.extendleft(reversed(later))
        return group

    async def _commit(self, group: list[_Waiting]) -> None:
        try:
            await self._send(group)
        finally:
            self._in_flight -= 1
            self._flush_soon()

    async def _send(self, group: list[_Waiting]) -> None:
        try:
            last = await self._publish(group)
        except _Refused as refusal:
            if len(group) == 1:
                group[0].fail(refusal.error)
            else:
                for waiting in group:
                    await self._send([waiting])
        except (TimeoutError, OSError, NatsError):
            for waiting in group:
                await self._find_out(waiting)
        else:
            position = last - sum(len(waiting.write.messages) for waiting in group) + 1
            for waiting in group:
                waiting.settle(position)
                position += len(waiting.write.messages)

    async def _publish(self, group: list[_Waiting]) -> int:
        """Send a group, as one message or one atomic batch; the last position it got."""
        await self._replies.open()
        answer: asyncio.Future[Msg] = asyncio.get_running_loop().create_future()

        def take(message: Msg) -> None:
            if not answer.done():
                answer.set_result(message)

        reply = self._replies.expect(take)
        try:
            async with asyncio.timeout(self._ack_seconds):
                await self._write(group, reply)
                return _position(await answer)
        finally:
            self._replies.forget(reply)

    async def _write(self, group: list[_Waiting], reply: str) -> None:
        messages = [message for waiting in group for message in waiting.write.messages]
        if len(messages) == 1:
            subject, headers, body = messages[0]
            await self._nc.publish(subject, body, reply=reply, headers=headers)
            return
        batch = self._batch_ids.next().decode()
        for sequence, (subject, headers, body) in enumerate(messages, 1):
            marked = {**headers, "Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(sequence)}
            if sequence == len(messages):
                marked["Nats-Batch-Commit"] = "1"
                await self._nc.publish(subject, body, reply=reply, headers=marked)
            else:
                await self._nc.publish(subject, body, headers=marked)

    async def _find_out(self, waiting: _Waiting) -> None:
        """After a doubt: was it stored?

        A message that can never be accepted is sent behind the doubtful ones. Its refusal comes from the same queue,
        so by then the doubtful ones have been stored or never will be, and reading back settles it.
        """
        first = waiting.write.messages[0]
        try:
            await self._barrier(first.subject)
            stored = await self._reader.after(first.subject, 0)
        except (TimeoutError, OSError, NatsError, LogUnreachable):
            waiting.fail(LogUnavailable("The log went away in the middle of the append.", certain=False))
            return
        for message in reversed(stored):
            if all(message.headers.get(name) == value for name, value in first.headers.items()):
                waiting.settle(message.position)
                return
        waiting.fail(LogUnavailable("The log did not take the append.", certain=True))

    async def _barrier(self, subject: str) -> None:
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def take(_: Msg) -> None:
            if not answer.done():
                answer.set_result(None)

        reply = self._replies.expect(take)
        try:
            async with asyncio.timeout(self._ack_seconds):
                await self._nc.publish(
                    subject, b"", reply=reply, headers={"Nats-Expected-Last-Subject-Sequence": str(_NEVER)}
                )
                await answer
        finally:
            self._replies.forget(reply)


class _Refused(Exception):
    """The server said no; nothing of the batch was stored."""

    def __init__(self, error: CairnError):
        super().__init__(str(error))
        self.error = error


def _position(message: Msg) -> int:
    if status_of(message) == "503":
        raise _Refused(LogUnavailable("The log's stream is not there.", certain=True))
    said = from_json(message.data)
    error = said.get("error")
    if error is None:
        return int(said["seq"])
    if error.get("err_code") in _WRONG_SEQUENCE:
        raise _Refused(WrongVersion(error.get("description", "wrong last sequence")))
    raise _Refused(LogUnavailable(f"The log refused the append: {error.get('description')}.", certain=True))
