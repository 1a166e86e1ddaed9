"""The log as its users see it."""

from collections.abc import AsyncIterator

from nats.aio.client import Client

from events.envelope import StoredMessage, read_recorded
from events.event import RecordedEvent
from events.identity import LOG, GoalId
from events.log.following import Follower
from events.log.reading import Batch, DirectReader
from events.log.replies import Replies
from events.log.stream import STREAM
from events.log.writing import Append, Writer


class Log:
    """Every recorded event of Cairn, for ever and in order.

    Args:
        nc: A connection from :func:`events.log.connect`.
        stream: The JetStream stream that is the log.
        max_waiting: How many appends may wait before further ones are refused as busy.
        ack_seconds: How long an acknowledgement may take before an append is in doubt.
    """

    def __init__(self, nc: Client, stream: str = STREAM, *, max_waiting: int = 10_000, ack_seconds: float = 5.0):
        self._nc = nc
        self._stream = stream
        self._replies = Replies(nc)
        self._reader = DirectReader(nc, self._replies, stream)
        self._writer = Writer(nc, self._replies, self._reader, max_waiting=max_waiting, ack_seconds=ack_seconds)

    async def append(self, append: Append) -> tuple[RecordedEvent, ...]:
        """Store events of one goal durably, if nothing else was recorded for it meanwhile.

        Raises:
            WrongVersion: the goal has moved on; load it again and decide again.
            LogBusy, LogUnavailable: the log cannot take it now.
        """
        return await self._writer.append(append)

    async def read(self, goal_id: GoalId, after: int = 0) -> list[RecordedEvent]:
        """The events of one goal or plan behind a position, in order.

        Raises:
            LogUnreachable: the log does not answer.
            UnreadableEvent: an event of a kind that this version of Cairn does not know.
        """
        return [read_recorded(stored) for stored in await self._reader.after(goal_id.on(LOG), after)]

    async def read_patient(self, goal_id: GoalId) -> list[RecordedEvent]:
        """Everything of the goal's patient, plan and goals, in log order.

        Raises:
            LogUnreachable, UnreadableEvent: as :meth:`read`.
        """
        return [read_recorded(stored) for stored in await self._reader.after(goal_id.patient_on(LOG), 0)]

    async def last_of_patient(self, goal_id: GoalId) -> dict[GoalId, int]:
        """The position of the last event of everything that the goal's patient has.

        Raises:
            LogUnreachable: the log does not answer.
        """
        last: list[StoredMessage] = await self._reader.last(goal_id.patient_on(LOG))
        return {GoalId(*stored.subject[len(LOG) + 1 :].split(".")): stored.position for stored in last}

    async def head(self) -> int:
        """The last position of the log; 0 when it is empty.

        Raises:
            LogUnreachable: the log does not answer.
        """
        return await self._reader.head()

    def follow(self, after: int = 0, *, subject: str | None = None, batch: int = 500) -> AsyncIterator[Batch]:
        """Everything behind a position, first the past, then live, in order, without a gap or a repeat, for ever.

        Args:
            after: The last position already known.
            subject: Only messages on this subject of the log (wildcards allowed).
            batch: The most messages handed out at once.
        """
        return Follower(self._nc, self._stream, after, subject, batch).batches()

    async def close(self) -> None:
        """Stop listening for replies; the connection stays with its owner."""
        await self._replies.close()
