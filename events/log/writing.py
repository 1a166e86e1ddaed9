"""Writing to the log: group commit with optimistic concurrency, and certainty after a doubt.

Appends that arrive together leave together, as one atomic batch: one fsync for all. A lone append is a plain publish
with no added wait. What is refused as a batch is tried one by one, so a conflict costs only its owner.
"""

import asyncio
from collections import deque
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.nuid import NUID
from pydantic_core import from_json

from events.envelope import StoredMessage, to_body, to_headers
from events.errors import CairnError
from events.event import Event, RecordedEvent
from events.identity import LOG
from events.log.reading import DirectReader, LogUnreachable
from events.log.replies import Replies, status_of

_WRONG_SEQUENCE = frozenset({10071, 10164})
_MAX_BATCH = 1000
_NEVER = 2**63 - 1


class WrongVersion(CairnError):
    """The goal (or patient) has moved on from the expected position; nothing was stored."""


class LogBusy(CairnError):
    """Too many appends are waiting; this one was not taken on."""


class LogUnavailable(CairnError):
    """The log cannot be written now.

    Attributes:
        certain: True when nothing was stored for sure; False when that could not be found out.
    """

    def __init__(self, message: str, *, certain: bool):
        super().__init__(message)
        self.certain = certain


@dataclass(frozen=True, slots=True)
class Append:
    """Events of one goal (or plan) that are stored together or not at all.

    Attributes:
        events: One or more, in order.
        version: The version of the goal before them.
        expected: The position of the goal's last event (0 for none), or with `patient_wide` of the last event of
            anything that the patient has.
        patient_wide: Refuse the events if anything of the same patient was recorded meanwhile.
    """

    events: tuple[Event, ...]
    version: int
    expected: int
    patient_wide: bool = False


class _Waiting:
    """One append on its way, and who waits for its answer."""

    __slots__ = ("answer", "append", "patient")

    def __init__(self, append: Append, answer: "asyncio.Future[int]"):
        self.append = append
        self.answer = answer
        goal_id = append.events[0].goal_id
        self.patient = (goal_id.org, goal_id.patient)

    def settle(self, first_position: int) -> None:
        if not self.answer.done():
            self.answer.set_result(first_position)

    def fail(self, error: CairnError) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)


class Writer:
    """The one way into the log.

    Args:
        max_waiting: How many appends may wait before further ones are refused as busy.
        max_in_flight: How many batches may be under way at once.
        ack_seconds: How long an acknowledgement may take before the append is in doubt.
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

    async def append(self, append: Append) -> tuple[RecordedEvent, ...]:
        """Store the events durably.

        Returns:
            The events as recorded; `recorded_at` is this machine's clock at the acknowledgement, within milliseconds
            of the log's own timestamp.

        Raises:
            WrongVersion, LogBusy, LogUnavailable: nothing was stored (see `LogUnavailable.certain`).
        """
        if len(self._waiting) >= self._max_waiting:
            raise LogBusy(f"{len(self._waiting)} appends are waiting already.")
        if not self._nc.is_connected:
            raise LogUnavailable("There is no connection to the log.", certain=True)
        waiting = _Waiting(append, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._flush_soon()
        first = await waiting.answer
        now = datetime.now(UTC)
        return tuple(
            RecordedEvent(event, first + index, append.version + index + 1, now)
            for index, event in enumerate(append.events)
        )

    def _flush_soon(self) -> None:
        """Send after everything that is ready to run has run, so that appends of one moment share a batch."""
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
        """As many as fit into a batch, each patient at most once: guards do not see their own batch."""
        group: list[_Waiting] = []
        patients: set[tuple[str, str]] = set()
        later: list[_Waiting] = []
        messages = 0
        while self._waiting:
            waiting = self._waiting.popleft()
            size = len(waiting.append.events)
            if waiting.patient in patients:
                later.append(waiting)
            elif messages + size > _MAX_BATCH and group:
                later.append(waiting)
                break
            else:
                group.append(waiting)
                patients.add(waiting.patient)
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
            position = last - sum(len(waiting.append.events) for waiting in group) + 1
            for waiting in group:
                waiting.settle(position)
                position += len(waiting.append.events)

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
        messages = [
            (event.goal_id.on(LOG), headers, to_body(event))
            for waiting in group
            for event, headers in zip(waiting.append.events, _headers(waiting.append), strict=True)
        ]
        if len(messages) == 1:
            subject, headers, body = messages[0]
            await self._nc.publish(subject, body, reply=reply, headers=headers)
            return
        batch = self._batch_ids.next().decode()
        for sequence, (subject, headers, body) in enumerate(messages, 1):
            headers["Nats-Batch-Id"] = batch
            headers["Nats-Batch-Sequence"] = str(sequence)
            if sequence == len(messages):
                headers["Nats-Batch-Commit"] = "1"
                await self._nc.publish(subject, body, reply=reply, headers=headers)
            else:
                await self._nc.publish(subject, body, headers=headers)

    async def _find_out(self, waiting: _Waiting) -> None:
        """After a doubt: was it stored?

        A message that can never be accepted is sent behind the doubtful one. Its refusal comes from the same queue,
        so by then the doubtful one has been stored or never will be, and reading back settles it.
        """
        append = waiting.append
        first = append.events[0]
        try:
            await self._barrier(first.goal_id.on(LOG))
            stored = await self._reader.after(first.goal_id.on(LOG), 0 if append.patient_wide else append.expected)
        except (TimeoutError, OSError, NatsError, LogUnreachable):
            waiting.fail(LogUnavailable("The log went away in the middle of the append.", certain=False))
            return
        position = _position_of(first, append.version + 1, stored)
        if position is None:
            waiting.fail(LogUnavailable("The log did not take the append.", certain=True))
        else:
            waiting.settle(position)

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


def _headers(append: Append) -> Iterable[dict[str, str]]:
    for index, event in enumerate(append.events):
        headers = to_headers(event, append.version + index + 1)
        if index == 0:
            headers["Nats-Expected-Last-Subject-Sequence"] = str(append.expected)
            if append.patient_wide:
                headers["Nats-Expected-Last-Subject-Sequence-Subject"] = event.goal_id.patient_on(LOG)
        yield headers


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


def _position_of(event: Event, version: int, stored: Iterable[StoredMessage]) -> int | None:
    """Where an event was stored, told by its key and version."""
    wanted = to_headers(event, version)
    names = ("ce-source", "ce-id", "ce-version")
    for message in stored:
        if all(message.headers.get(name) == wanted[name] for name in names):
            return message.position
    return None
