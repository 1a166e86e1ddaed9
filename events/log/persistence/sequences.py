"""Numbered sequences in one stream: a subject each, every number at most once, whoever else is writing.

SQL has a unique key for this. A stream has the position of a subject's last message: a message is taken if that is
still where it was when the numbers were found free. So whoever inserts finds out first where the sequence ends. That
is mostly known already, from loading the sequence or from the last insert; and where something new begins, its end is
guessed. A wrong memory or guess costs one more try; it is never believed.
"""

from collections.abc import AsyncGenerator, Sequence
from typing import NamedTuple

from eventsourcing.persistence import DataError, IntegrityError, NotSupportedError, OperationalError
from nats.nuid import NUID

from events.envelope import StoredMessage
from events.log.client.replies import Replies
from events.log.client.resilient import ResilientClient
from events.log.failures import WrongVersion
from events.log.following import Follower
from events.log.message import Message, guarded
from events.log.persistence.ends import NOTHING, End, RecentEnds
from events.log.reading import Batch, DirectReader
from events.log.writing import MAX_BATCH, Write, Writer

NUMBER = "version"
HIGHEST = "highest-version"
INSERT = "insert"
_FIRST_NUMBERS = 1
_MOST_TRIES = 100


class Numbered(NamedTuple):
    """One message of a sequence.

    Attributes:
        subject: The sequence.
        number: Its number there.
        headers: What else there is to know without looking into the body.
        body: What it says.
        rises: Whether it must be higher than every number before it, instead of only one that is free.
    """

    subject: str
    number: int
    headers: dict[str, str]
    body: bytes
    rises: bool = False


class Sequences:
    """The sequences of one stream.

    Args:
        nc: A connection from :func:`events.log.connect`.
        replies: Where its replies arrive.
        stream: The stream, declared before.
        ack_seconds: How long an acknowledgement may take before an insert is in doubt.
    """

    def __init__(self, nc: ResilientClient, replies: Replies, stream: str, ack_seconds: float):
        self._nc = nc
        self._stream = stream
        self._reader = DirectReader(nc, replies, stream)
        self._writer = Writer(nc, replies, self._reader, ack_seconds=ack_seconds)
        self._ends = RecentEnds()
        self._insert_ids = NUID()

    async def insert(self, entries: Sequence[Numbered]) -> int:
        """Store messages durably, all or none.

        Returns:
            The position of the first; the others follow it without a gap, in order.

        Raises:
            IntegrityError: a number is taken, or does not rise.
            NotSupportedError: these are more than one atomic batch takes.
            OperationalError: others were faster time and again.
            CairnError: of :meth:`events.log.writing.Writer.write` and of the reader.
        """
        if len(entries) > MAX_BATCH:
            raise NotSupportedError(f"{len(entries)} at once; at most {MAX_BATCH} can be stored together.")
        sequences: dict[str, list[Numbered]] = {}
        for entry in entries:
            sequences.setdefault(entry.subject, []).append(entry)
        known = {subject: self._ends.get(subject) or _guess(new) for subject, new in sequences.items()}
        for _ in range(_MOST_TRIES):
            ends = {subject: await self._end_with_room(new, known.get(subject)) for subject, new in sequences.items()}
            messages, tops = self._lay_out(entries, ends)
            try:
                first = await self._writer.write(Write(messages, frozenset(sequences)))
            except WrongVersion:
                known = {}
                continue
            for subject, (index, highest) in tops.items():
                self._ends.note(subject, End(first + index, highest))
            return first
        raise OperationalError("Others were faster time and again.")

    async def read(self, subject: str) -> list[StoredMessage]:
        """A whole sequence, in the order of its numbers."""
        stored = await self._reader.after(subject, 0)
        if stored:
            highest = max(map(number_of, stored))
            self._ends.note(subject, End(stored[-1].position, highest))
        return sorted(stored, key=number_of)

    async def highest(self, subject: str) -> StoredMessage | None:
        """The message with the highest number."""
        last = await self._reader.newest(subject)
        if last is None:
            return None
        if HIGHEST in last.headers:
            return (await self.read(subject))[-1]
        self._ends.note(subject, _end_at(last))
        return last

    async def page(self, after: int, limit: int) -> list[StoredMessage]:
        """What the stream has behind a position, at most so much; less only at its end."""
        return await self._reader.after(">", after, limit)

    async def newest(self, subjects: str) -> StoredMessage | None:
        """The last message of the stream whose subject begins so; None when there is none."""
        last = await self._reader.newest(">")
        if last is None or last.subject.startswith(f"{subjects}."):
            return last
        return await self._reader.newest(f"{subjects}.*")

    def follow(self, after: int) -> AsyncGenerator[Batch, None]:
        """The stream from a position through the past into live, for ever."""
        return Follower(self._nc, self._stream, after).batches()

    async def _end_with_room(self, new: list[Numbered], end: End | None) -> End:
        """Where a sequence ends, once the new numbers are known to be free there."""
        numbers = {entry.number for entry in new}
        if len(numbers) < len(new):
            raise IntegrityError("Two of the same number are among what is to be stored.")
        if end is None:
            last = await self._reader.newest(new[0].subject)
            end = _end_at(last) if last else NOTHING
        if end.is_below(min(numbers)):
            return end
        if any(entry.rises for entry in new):
            raise IntegrityError(f"{min(numbers)} does not rise above {end.highest}, which is recorded.")
        stored = await self._reader.after(new[0].subject, 0)
        taken = numbers.intersection(map(number_of, stored))
        if taken:
            raise IntegrityError(f"Version {min(taken)} is recorded already.")
        return _end_at(stored[-1]) if stored else NOTHING

    def _lay_out(
        self, entries: Sequence[Numbered], ends: dict[str, End]
    ) -> tuple[tuple[Message, ...], dict[str, tuple[int, int]]]:
        """The messages, each sequence guarded at its end; and for each its last one's index and its highest number.

        The id of the insert tells them apart from another writer's of the same number when an acknowledgement is lost.
        """
        insert_id = self._insert_ids.next().decode()
        messages: list[Message] = []
        tops: dict[str, tuple[int, int]] = {}
        for index, (subject, number, more, body, _) in enumerate(entries):
            highest = tops[subject][1] if subject in tops else ends[subject].highest
            headers = {NUMBER: str(number), INSERT: insert_id, **more}
            if highest is not None and highest > number:
                headers[HIGHEST] = str(highest)
            message = Message(subject, headers, body)
            messages.append(message if subject in tops else guarded(message, ends[subject].position))
            tops[subject] = (index, number if highest is None else max(highest, number))
        return tuple(messages), tops


def number_of(message: StoredMessage) -> int:
    """The number of a message in its sequence.

    Raises:
        DataError: when it has none, and so was not written here.
    """
    try:
        return int(message.headers[NUMBER])
    except (KeyError, ValueError):
        raise DataError(f"Position {message.position} was not written by this module: it has no version.") from None


def _end_at(last: StoredMessage) -> End:
    number = number_of(last)
    return End(last.position, int(last.headers.get(HIGHEST, number)))


def _guess(new: list[Numbered]) -> End | None:
    """Numbers that begin where sequences begin are probably the first of theirs."""
    return NOTHING if min(entry.number for entry in new) <= _FIRST_NUMBERS else None
