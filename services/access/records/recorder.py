"""Recording readings before they are answered: durably, and in groups, so that many readers share one write.

A group is one message, and one fsync of the server. A lone reading is written at once. Where several requests are
being answered, a reading waits until half of them have joined the group, so that the others are worked out while these
are written; but not longer than a write takes, and a few milliseconds at most. Two groups are written at a time: while
the answers of one go out, the next is on its way, and what comes meanwhile waits for the one behind it.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from time import monotonic
from typing import Literal

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from pydantic_core import from_json

from events.access_record import ACCESS, AccessRecord, encode_group, encode_record
from events.errors import CairnError
from events.log.client.jetstream_api import Json
from events.log.client.replies import Replies, status_of
from events.log.client.resilient import ResilientClient
from events.log.message import is_wrong_sequence

MAX_GROUP_RECORDS = 500
"""How many records one message holds."""
MAX_GROUP_BYTES = 256 * 1024
"""How many bytes of records one message holds; a single record is always smaller."""
MAX_WAITING_RECORDS = 10_000
"""How many records may wait for the server before further readings are refused."""
_MOST_SENDING = 2
"""How many groups are being written at a time: with one, nobody has anything to do until it is stored."""
_GATHER_SECONDS = 0.008
"""How long a record waits at most for those of other requests that are being answered."""
_WEIGHT_OF_THE_LAST = 0.25
"""How much the last write counts in what is taken for the time of one."""
_RECORD_SECONDS = 3.0
"""How long the server may take to store a group before its readings are refused."""
_SILENT: Json = {"description": "it does not answer"}
_ABSENT: Json = {"description": "it is not there, or no server of the cluster leads it"}
_NEVER = {"Nats-Expected-Last-Sequence": str(2**62)}
"""A condition under which the server stores nothing, whatever the stream holds."""

Needed = Literal["required", "best_effort"]
"""Whether a reading that cannot be recorded is refused, or told nevertheless."""

_log = logging.getLogger("cairn.access")


class ReadingNotRecorded(CairnError):
    """A reading could not be recorded within a bounded time; the text says why. The record may be stored anyway."""


class _Waiting:
    """The records of one reading, of which some are still to be written."""

    __slots__ = ("done", "left")

    def __init__(self, left: int, done: "asyncio.Future[None]"):
        self.left = left
        self.done = done

    def stored(self) -> None:
        self.left -= 1
        if not self.left and not self.done.done():
            self.done.set_result(None)

    def failed(self, why: str) -> None:
        if not self.done.done():
            self.done.set_exception(ReadingNotRecorded(why))


class _Expecting(AbstractContextManager[None]):
    """One for all requests: it counts them, and keeps nothing of any."""

    __slots__ = ("_count",)

    def __init__(self, count: Callable[[int], None]):
        self._count = count

    def __enter__(self) -> None:
        self._count(1)

    def __exit__(self, *_: object) -> None:
        self._count(-1)


_Queue = list[tuple[bytes, _Waiting]]


class AccessRecorder:
    """Writes the records of readings to `CAIRN_ACCESS`.

    Args:
        nc: A connection from :func:`events.log.connect`, which stays with its owner.
        needed: Whether a reading that cannot be recorded is refused.
        seconds: How long the server may take to store a group.

    Attributes:
        recorded, not_recorded: How many records were stored so far, and how many were not.
        working: Whether the last group was stored.
    """

    def __init__(self, nc: ResilientClient, needed: Needed = "required", seconds: float = _RECORD_SECONDS):
        self.recorded = 0
        self.not_recorded = 0
        self.working = True
        self._nc = nc
        self._needed = needed
        self._seconds = seconds
        self._replies = Replies(nc)
        self._under_way: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._readings = 0
        self._expecting = _Expecting(self._expect)
        self._write_seconds = _GATHER_SECONDS
        self._clear()

    def _clear(self) -> None:
        self._queues: defaultdict[str, _Queue] = defaultdict(list)
        self._waiting_records = 0
        self._waiting_readings = 0
        self._waiting_bytes = 0

    def expecting(self) -> AbstractContextManager[None]:
        """Meanwhile a request is being answered that may have to be recorded."""
        return self._expecting

    def _expect(self, more: int) -> None:
        self._readings += more
        if more < 0:
            self._consider()

    async def record(self, records: Sequence[AccessRecord]) -> None:
        """Store the records of one reading. What they are about may be told once this returns.

        Raises:
            ReadingNotRecorded: they were not stored within a bounded time, and must be (`needed`).
        """
        if not records:
            return
        try:
            await self._store(records)
        except ReadingNotRecorded as error:
            if self._needed == "required":
                raise
            _log.warning("a reading was told without a record: %s", error)

    async def check(self) -> None:
        """Find out whether the stream takes records now, without storing one.

        Raises:
            ReadingNotRecorded: it does not.
        """
        error = await self._publish("check", _NEVER, b"[]")
        if error is not None and not is_wrong_sequence(error):
            raise ReadingNotRecorded(_in_words(error))

    async def close(self) -> None:
        """Let what is being written come to its end, and listen no more."""
        self._send()
        if self._under_way:
            await asyncio.wait(self._under_way)
        if self._nc.is_connected:  # or the unsubscribing would wait for a server while the connection is closed
            await self._replies.close()

    async def _store(self, records: Sequence[AccessRecord]) -> None:
        if self._waiting_records + len(records) > MAX_WAITING_RECORDS:
            self.not_recorded += len(records)
            raise ReadingNotRecorded(f"{self._waiting_records} records are waiting already.")
        waiting = _Waiting(len(records), asyncio.get_running_loop().create_future())
        for record in records:
            encoded = encode_record(record)
            self._queues[record.org].append((encoded, waiting))
            self._waiting_bytes += len(encoded)
        self._waiting_records += len(records)
        self._waiting_readings += 1
        self._consider()
        await waiting.done

    def _consider(self) -> None:
        """Send what waits, if it is time to."""
        if not self._waiting_records or len(self._under_way) >= _MOST_SENDING:
            return
        have_joined = self._waiting_readings >= (self._readings + 1) // 2
        if have_joined or self._waiting_records >= MAX_GROUP_RECORDS or self._waiting_bytes >= MAX_GROUP_BYTES:
            self._send()
        elif self._timer is None:
            seconds = min(self._write_seconds, _GATHER_SECONDS)
            self._timer = asyncio.get_running_loop().call_later(seconds, self._send)

    def _send(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        queues = self._queues
        self._clear()
        for org, queue in queues.items():
            for group in _groups(queue):
                task = asyncio.get_running_loop().create_task(self._write(org, group))
                self._under_way.add(task)
                task.add_done_callback(self._written)

    def _written(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._consider()

    async def _write(self, org: str, group: _Queue) -> None:
        begun = monotonic()
        error = await self._publish(org, {}, encode_group([encoded for encoded, _ in group]))
        if error is None:
            self._write_seconds += _WEIGHT_OF_THE_LAST * (monotonic() - begun - self._write_seconds)
            self.working = True
            self.recorded += len(group)
            for _, waiting in group:
                waiting.stored()
            return
        why = _in_words(error)
        if self.working:
            _log.error("readings cannot be recorded: %s", why)
        self.working = False
        self.not_recorded += len(group)
        for _, waiting in group:
            waiting.failed(why)

    async def _publish(self, org: str, headers: dict[str, str], body: bytes) -> Json | None:
        """Publish a message to the stream; None once it is stored, and otherwise the error in the server's words."""
        if not self._nc.is_connected:  # nats-py would keep the subscription for later
            return _SILENT
        answer: asyncio.Future[Msg] = asyncio.get_running_loop().create_future()
        reply = self._replies.expect(lambda message: None if answer.done() else answer.set_result(message))
        try:
            async with self._nc.answer_within(self._seconds):
                await self._replies.open()
                self._nc.send(f"{ACCESS}.{org}", headers, body, reply)
                self._nc.write_out()
                answered = await answer
        except (NatsError, OSError, TimeoutError):
            return _SILENT
        finally:
            self._replies.forget(reply)
        if status_of(answered) is not None:
            return _ABSENT
        error: Json | None = from_json(answered.data).get("error")
        return error


def _in_words(error: Json) -> str:
    return f"The stream of the records of readings cannot take this one: {error.get('description', 'no reason given')}."


def _groups(queue: _Queue) -> Iterator[_Queue]:
    """Records of one organisation, as many at a time as one message holds."""
    group: _Queue = []
    size = 0
    for each in queue:
        if group and (len(group) >= MAX_GROUP_RECORDS or size + len(each[0]) > MAX_GROUP_BYTES):
            yield group
            group, size = [], 0
        group.append(each)
        size += len(each[0])
    if group:
        yield group
