"""The log, as the rest of Cairn uses it: append, read, check and follow."""

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from datetime import UTC, datetime
from typing import NamedTuple

from events.blinding import BLIND_BYTES
from events.envelope import StoredMessage, read_recorded, to_body, to_headers
from events.event import Event, RecordedEvent
from events.identity import LOG, GoalId, goal_id_of
from events.log import follower_process
from events.log.anchor import Anchor, LogReplaced, check_anchor, read_anchor, read_message
from events.log.client.replies import Replies
from events.log.client.resilient import ResilientClient
from events.log.cores import cores
from events.log.failures import LogUnreachable
from events.log.following import Follower, RawFollower
from events.log.handing_over import HandedOver
from events.log.leader import Leader
from events.log.message import Message, guard
from events.log.quiet_patients import QuietPatients
from events.log.raw_reading import read_at, read_pages
from events.log.reading import Batch, DirectReader, RawBatch
from events.log.stream import STREAM
from events.log.stream_state import StreamState, read_state
from events.log.writing import Write, Writer
from events.raw_message import RawMessage
from events.voiding import Readable, read_events, readable, voided


class Append(NamedTuple):
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

    def recorded(self, first: int) -> tuple[RecordedEvent, ...]:
        """The events as they are once they have been stored just now.

        Their `recorded_at` is this machine's clock, within milliseconds of the log's own timestamp.

        Args:
            first: The position of the first of them.
        """
        now, version = datetime.now(UTC), self.version + 1
        return tuple(
            [RecordedEvent(each, first + place, version + place, now) for place, each in enumerate(self.events)]
        )


class Log:
    """Every recorded event of Cairn, for ever and in order.

    Args:
        nc: A connection from :func:`events.log.connect`.
        stream: The JetStream stream that is the log.
        max_waiting: How many appends may wait before further ones are refused as busy.
        ack_seconds: How long an acknowledgement may take before an append is in doubt.
    """

    def __init__(
        self, nc: ResilientClient, stream: str = STREAM, *, max_waiting: int = 10_000, ack_seconds: float = 5.0
    ):
        self._nc = nc
        self._stream = stream
        self._replies = Replies(nc)
        self._reader = DirectReader(nc, self._replies, stream)
        self._quiet = QuietPatients(nc, stream, self._reader.head)
        self._leader = Leader(nc, self._replies, ack_seconds)
        self._writer = Writer(nc, self._replies, self._reader, max_waiting=max_waiting, ack_seconds=ack_seconds)

    async def append(self, append: Append) -> tuple[RecordedEvent, ...]:
        """Store events of one goal durably, if nothing else was recorded for it meanwhile.

        Returns:
            The events as recorded.

        Raises:
            WrongVersion: the goal has moved on; load it again and decide again.
            LogBusy, LogUnavailable: the log cannot take it now (see `LogUnavailable.certain`).
            MessageTooLarge: an event is larger than the log takes.
        """
        return append.recorded(await self._writer.write(_write(append)))

    def begin(self, append: Append) -> "asyncio.Future[int]":
        """Begin to append, without waiting for anything; not before something was read or appended.

        Returns:
            The position of the first event, with which :meth:`Append.recorded` makes the events. Its exceptions are
            those of :meth:`append`.

        Raises:
            LogBusy, LogUnavailable, MessageTooLarge: nothing was sent.
        """
        return self._writer.begin(_write(append))

    async def read(self, goal_id: GoalId, after: int = 0) -> list[RecordedEvent]:
        """The events of one goal or plan behind a position, in order, without messages that are void.

        In a cluster a replica answers, which may lag behind the log's leader; :meth:`read_until` waits for it.

        Raises:
            LogUnreachable: the log does not answer.
            UnreadableEvent: an event of a kind that this version of Cairn does not know, and that is not void.
        """
        return await self._read(goal_id, after, await self._reader.after(goal_id.on(LOG), after))

    async def read_stored(self, subject: str, last: int = 0) -> list[StoredMessage]:
        """The messages on one subject as they are stored, in order, whether or not they can be decoded.

        Args:
            last: The position of a message that is known to be there, as a replica may lag behind.

        Raises:
            LogUnreachable: the log does not answer, or no replica that answers has come so far.
        """
        return await (self._reader.until(subject, 0, last) if last else self._reader.after(subject, 0))

    async def patient_ends_with(self, goal_id: GoalId, last: StoredMessage) -> bool:
        """Whether a message is still the last one of everything that the goal's patient has, as the replica that
        answers has it; or as the feed has it, once that has been asked (`quiet_patients.py`).

        Raises:
            LogUnreachable: the log does not answer.
        """
        patient = goal_id.on(LOG).rpartition(".")[0]
        if await self._quiet.ends_with(patient, last.position):
            return True
        question = self._quiet.asking(patient)
        # The last message of each subject: the server finds these by its index of subjects, without looking at the log.
        found = await self._reader.last(goal_id.patient_on(LOG))
        is_last = [(each.subject, each.position, each.recorded_ns, each.data) for each in found[-1:]] == [
            (last.subject, last.position, last.recorded_ns, last.data)
        ]
        if is_last:
            self._quiet.answered(patient, question, last.position)
        return is_last

    async def read_sound(self, goal_id: GoalId) -> list[RecordedEvent]:
        """The events of one goal or plan up to its first message that cannot be read.

        Raises:
            LogUnreachable: the log does not answer.
        """
        return read_events(await self._reader.after(goal_id.on(LOG), 0)).events

    async def at(self, goal_id: GoalId, position: int) -> RecordedEvent | None:
        """The event of one goal or plan at a position; None when the log holds no event of it there.

        Raises:
            LogUnreachable: the log does not answer, or no replica that answers has come so far.
            UnreadableEvent: as :meth:`read`.
        """
        stored = await self.stored_at(goal_id, position)
        return read_recorded(stored) if stored else None

    async def stored_at(self, goal_id: GoalId, position: int) -> StoredMessage | None:
        """The message of one goal or plan at a position, as it is stored; None when the log holds none of it there.

        Raises:
            LogUnreachable: as :meth:`at`.
        """
        stored = await self._reader.at(position)
        if stored is None:
            try:
                state = await self.check(Anchor(position))
            except LogReplaced:
                return None
            if state.missing:
                return None
            stored = await self._reader.at_last(position)
        return stored if stored.subject == goal_id.on(LOG) else None

    async def newest(self, goal_id: GoalId) -> RecordedEvent | None:
        """The last event of one goal or plan, as the replica that answers has it.

        Raises:
            LogUnreachable, UnreadableEvent: as :meth:`read`.
        """
        stored = await self._reader.newest(goal_id.on(LOG))
        return read_recorded(stored) if stored else None

    async def read_until(self, goal_id: GoalId, after: int, last: int) -> list[RecordedEvent]:
        """As :meth:`read`, up to the goal's event at the position `last` and beyond.

        Raises:
            LogUnreachable, UnreadableEvent: as :meth:`read`.
        """
        return await self._read(goal_id, after, await self._reader.until(goal_id.on(LOG), after, last))

    async def read_patient(self, goal_id: GoalId) -> list[RecordedEvent]:
        """Everything of the goal's patient, plan and goals, in log order.

        Raises:
            LogUnreachable, UnreadableEvent: as :meth:`read`.
        """
        return readable(await self._reader.after(goal_id.patient_on(LOG), 0))

    async def read_patient_in_part(self, goal_id: GoalId) -> Readable:
        """As :meth:`read_patient`, with each goal's events up to its first message that cannot be read.

        Raises:
            LogUnreachable: the log does not answer.
        """
        return read_events(await self._reader.after(goal_id.patient_on(LOG), 0))

    async def last_of_patient(self, goal_id: GoalId, until: int = 0) -> dict[GoalId, int]:
        """The position of the last event of everything that the goal's patient has.

        Args:
            until: The position of an event of the patient that is to be among what is looked at.

        Raises:
            LogUnreachable: the log does not answer.
        """
        last: list[StoredMessage] = await self._reader.last_until(goal_id.patient_on(LOG), until)
        return {goal_id_of(stored.subject): stored.position for stored in last}

    async def last(self, goal_id: GoalId, *, patient_wide: bool = False) -> int:
        """The position of the last event of a goal, or of anything of its patient, as the log's leader knows it.

        Raises:
            LogUnreachable: the log does not answer.
        """
        return await self._leader.last(goal_id.on(LOG), goal_id.patient_on(LOG) if patient_wide else None)

    async def head(self) -> int:
        """The last position of the log; 0 when it is empty.

        Raises:
            LogUnreachable: the log does not answer.
        """
        return await self._reader.head()

    async def state(self) -> StreamState:
        """The stream that is the log, as its leader knows it: first and last position, what is missing, its settings.

        Raises:
            LogUnreachable: the log does not answer.
        """
        return await read_state(self._nc, self._stream)

    async def check(self, anchor: Anchor, state: StreamState | None = None) -> StreamState:
        """Make sure that the log is the one that an anchor was taken from; with the stream's state.

        Args:
            state: The stream's state, where it was read when the anchor was there already; otherwise it is read.

        Raises:
            LogReplaced: it is another one.
            LogUnreachable: the log does not answer.
        """
        return await check_anchor(self._nc, self._stream, anchor, state)

    async def streams_that_take(self, subject: str, seconds: float) -> int:
        """How many streams store what is appended on a subject, asked without storing anything; it should be one.

        Args:
            subject: One of the log's, with wildcards or without.
            seconds: How long is waited for their answers.

        Raises:
            LogUnreachable: the log does not answer.
        """
        return await self._leader.count(subject.replace("*", "nobody").replace(">", "nobody"), seconds)

    async def anchor(self, position: int) -> Anchor | None:
        """The anchor at a position; None when there is no message.

        Raises:
            LogUnreachable: the log does not answer.
        """
        return await read_anchor(self._nc, self._stream, position)

    async def event_at(self, position: int) -> RecordedEvent | None:
        """The event at a position, whosever it is, read as :meth:`anchor` is; None when there is no message.

        Raises:
            LogUnreachable, UnreadableEvent: as :meth:`read`.
        """
        stored = await read_message(self._nc, self._stream, position)
        return read_recorded(stored) if stored else None

    def follow(
        self, after: int | Anchor = 0, *, subject: str | None = None, batch: int = 500, every: float | None = None
    ) -> AsyncIterator[Batch]:
        """Everything behind a position, first the past, then live, in order, without a gap or a repeat, for ever.

        The iteration raises `LogReplaced` when the log is not the one that `after` was taken from, at the start or
        after any interruption.

        Args:
            after: The anchor of the last message already known; a position alone is only compared with the log's end.
            subject: Only messages on this subject of the log (wildcards allowed).
            batch: The most messages handed out at once.
            every: For whoever is in no hurry: how many seconds apart it is looked for what is new, which costs less
                than hearing of each event.
        """
        return Follower(self._nc, self._stream, after, subject, batch, every).batches()

    def follow_raw(
        self, after: int | Anchor = 0, *, batch: int = 500, every: float | None = None
    ) -> AsyncGenerator[RawBatch, None]:
        """As :meth:`follow`, all messages byte for byte as they are stored.

        Where positions jump, the log holds no message any more at those between. An empty batch comes when the end is
        first reached.
        """
        return RawFollower(self._nc, self._stream, after, None, batch, every).batches()

    def read_raw(
        self, subject: str, after: int = 0, until: int | None = None, *, last: int = 0
    ) -> AsyncGenerator[list[RawMessage], None]:
        """The messages on a subject behind a position, in order and by pages, byte for byte as they are stored.

        In a cluster a replica answers, which may lag behind the log's leader. Where neither `until` nor `last` is
        reached, it is given some seconds.

        Args:
            subject: Of the log (wildcards allowed).
            until: The last position that is wanted; None for all.
            last: The position of a message on the subject that is known to be there.

        Raises:
            LogUnreachable: the log does not answer, or no replica that answers has come to `last`.
        """
        return read_pages(self._nc, self._stream, subject, after, until, last)

    async def raw_at(self, position: int) -> RawMessage | None:
        """The message at a position, byte for byte as it is stored; None when the log holds none there.

        Raises:
            LogUnreachable: the log does not answer, or no replica that answers has come so far.
        """
        return await read_at(self._nc, self._stream, position)

    async def follow_with_process(
        self, after: int | Anchor = 0, handed_over: HandedOver | None = None
    ) -> AsyncGenerator[Batch, None]:
        """As :meth:`follow`, all of it and quicker where there is a long way to go: another process reads that part.

        Args:
            after: As of :meth:`follow`.
            handed_over: What is read already by a process that hands it over to this one.

        Raises:
            LogReplaced: as :meth:`follow`.
        """
        anchor = Anchor.of(after)
        head = anchor.position
        try:
            with suppress(LogUnreachable):  # which following waits out
                head = (await self.check(anchor)).last
        except BaseException:
            if handed_over is not None:
                handed_over.decline()
            raise
        last: StoredMessage | None = None
        if handed_over is not None:
            async with aclosing(handed_over.batches(self._stream, anchor.position)) as batches:
                async for batch in batches:
                    last = batch.messages[-1]
                    yield batch
        position = last.position if last else anchor.position
        if head - position >= follower_process.WORTH_A_PROCESS and cores() > 1:
            async with aclosing(
                follower_process.read_in_process(self._nc.url, self._stream, position, head, self._nc.log_api)
            ) as batches:
                async for batch in batches:
                    last = batch.messages[-1]
                    yield batch
        anchor = Anchor.at(last) if last else anchor
        async with aclosing(Follower(self._nc, self._stream, anchor).batches()) as batches:
            async for batch in batches:
                yield batch

    async def _read(self, goal_id: GoalId, after: int, stored: list[StoredMessage]) -> list[RecordedEvent]:
        """The events in a goal's messages behind a position."""
        if not (after and voided(stored)):
            return readable(stored)
        # What is void may lie before the position, and the versions behind it are counted from the first event.
        whole = await self.read_stored(goal_id.on(LOG), stored[-1].position)
        return [recorded for recorded in readable(whole) if recorded.position > after]

    async def close(self) -> None:
        """Stop listening; the connection stays with its owner."""
        await self._quiet.close()
        await self._replies.close()


def _write(append: Append) -> Write:
    goal_id = append.events[0].goal_id
    subject = goal_id.on(LOG)
    messages = [
        Message(subject, to_headers(each, version, os.urandom(BLIND_BYTES)), to_body(each))
        for version, each in enumerate(append.events, append.version + 1)
    ]
    messages[0].headers.update(guard(append.expected, goal_id.patient_on(LOG) if append.patient_wide else None))
    return Write(tuple(messages), frozenset({goal_id[:2]}))
