"""The alarms in the stream: one scheduled message for each goal whose next review needs a notice."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from nats.js.api import RawStreamMsg
from nats.js.errors import NotFoundError
from nats.nuid import NUID
from pydantic_core import from_json, to_json

from events.identity import GoalId
from events.log.anchor import Anchor
from events.log.client.replies import Replies
from events.log.client.resilient import ResilientClient
from events.log.message import Message, guarded
from events.log.reading import DirectReader
from events.log.writing import MAX_BATCH, Write, Writer
from services.reminders.notice import Occasion
from services.reminders.stream import ALARM_STREAM, MARK, RUNG, SET

_MAX_ALARMS_PER_BATCH = MAX_BATCH - 1
"""One message fewer than a batch can hold, because the mark is in the batch too."""
_NO_MESSAGE = 10037
_SUBJECT_ONLY = {"Nats-Rollup": "sub"}
_TAKEN_BACK = {**_SUBJECT_ONLY, "Nats-TTL": "1s"}


class Mark(NamedTuple):
    """The position in each stream of the log up to which alarms are set, and the position of the mark (0: none yet).

    All streams share one mark, so that only one copy of the service sets alarms at a time.
    """

    anchors: Mapping[str, Anchor]
    sequence: int


def read_mark(noted: bytes) -> dict[str, Anchor]:
    """The anchors in a mark, by stream of the log; an older mark has only a position for each."""
    found: dict[str, int | dict[str, Any]] = from_json(noted or b"{}")
    return {
        stream: Anchor(each) if isinstance(each, int) else Anchor(each["position"], each["fingerprint"])
        for stream, each in found.items()
    }


class Alarms:
    """Sets and takes back alarms.

    The scheduler writes alarms and mark together or not at all, and only if the mark has not changed. The notifier
    sets the next alarm of a goal only if no other alarm was set meanwhile. So a process that is late, or comes back
    after a crash, cannot replace a newer alarm with an older one.
    """

    def __init__(self, nc: ResilientClient):
        self._js = nc.jetstream(timeout=10)
        self._replies = Replies(nc)
        self._reader = DirectReader(nc, self._replies, ALARM_STREAM)
        self._writer = Writer(nc, self._replies, self._reader)
        self._names = NUID()
        self._mark = Mark({}, 0)
        self._moving = asyncio.Lock()

    async def begin(self) -> Mapping[str, Anchor]:
        """Read the mark from the stream's leader; returns up to where alarms are set, by stream of the log.

        Raises:
            NatsError: there is no stream, or it does not answer.
        """
        stored = await self._last(MARK)
        self._mark = Mark(read_mark(stored.data or b""), stored.seq or 0) if stored else Mark({}, 0)
        return self._mark.anchors

    async def move(self, stream: str, anchor: Anchor, wanted: Mapping[GoalId, Occasion | None]) -> None:
        """Set the alarms of some goals (None: take it back), and the mark on a message of a stream of the log.

        Raises:
            WrongVersion: another copy has moved the mark; some of the alarms may be set.
            LogUnavailable: the stream cannot be written now.
        """
        alarms = [message for each in wanted.items() if (message := await self._alarm(*each)) is not None]
        batches = [
            alarms[start : start + _MAX_ALARMS_PER_BATCH] for start in range(0, len(alarms), _MAX_ALARMS_PER_BATCH)
        ] or [[]]
        async with self._moving:
            for number, together in enumerate(batches, 1):
                before, sequence = self._mark
                anchors = {**before, stream: anchor} if number == len(batches) else before
                noted = guarded(self._noted(anchors), sequence)
                self._mark = Mark(anchors, await self._writer.write(Write((noted, *together))))

    async def place(self, goal_id: GoalId) -> int:
        """The position of the goal's alarm in the stream; 0 when none is set.

        Raises:
            NatsError: as :meth:`begin`.
        """
        stored = await self._last(goal_id.on(SET))
        return stored.seq or 0 if stored else 0

    async def set(self, place: int, occasion: Occasion) -> None:
        """Set one alarm, in the place of the goal's earlier one.

        Raises:
            WrongVersion: another alarm of the goal was set meanwhile.
            LogUnavailable: the stream cannot be written now.
        """
        await self._writer.write(Write((guarded(_scheduled(occasion), place),)))

    async def close(self) -> None:
        """Stop listening for replies."""
        await self._replies.close()

    async def _last(self, subject: str) -> RawStreamMsg | None:
        try:
            return await self._js.get_last_msg(ALARM_STREAM, subject, direct=False)
        except NotFoundError as error:
            if error.err_code == _NO_MESSAGE:
                return None
            raise

    async def _alarm(self, goal_id: GoalId, occasion: Occasion | None) -> Message | None:
        if occasion is not None:
            return _scheduled(occasion)
        if await self._reader.newest(goal_id.on(SET)) is None:
            return None
        return Message(goal_id.on(SET), _TAKEN_BACK, b"")

    def _noted(self, anchors: Mapping[str, Anchor]) -> Message:
        # The id tells this mark from every other, if the acknowledgement is lost.
        return Message(
            MARK,
            {**_SUBJECT_ONLY, "cairn-mark": self._names.next().decode()},
            to_json({stream: anchor._asdict() for stream, anchor in anchors.items()}),
        )


def _scheduled(occasion: Occasion) -> Message:
    """The message of an alarm, which replaces the goal's earlier one; the server sends it within 250 ms of its time."""
    notice = occasion.notice
    headers = {
        "Nats-Schedule": f"@at {_instant(occasion.at)}",
        "Nats-Schedule-Target": notice.goal_id.on(RUNG),
        "Nats-Schedule-Rollup": "sub",
        "cairn-alarm": notice.id,
    }
    return Message(notice.goal_id.on(SET), headers, to_json(notice))


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
