"""What a goals service remembers of a stream of the log: what is acknowledged does not become another log unnoticed.

Projections remember only what they have taken in. Between that and the acknowledgement lie some milliseconds, and as
long as a projection is down or catches up: what is lost there, only the goals service can miss (decision 0054).
"""

import logging

from pydantic import BaseModel, ValidationError

from events.envelope import UnreadableEvent
from events.event import RecordedEvent
from events.identity import GoalId
from events.log import Log, LogReplaced, LogUnreachable
from events.log.anchor import BEGINNING, Anchor
from events.log.comparison import GOALS, LogComparison
from events.log.fitness import adopted_at
from events.log.snapshots import Snapshots
from events.log.stream_state import StreamState

_log = logging.getLogger("cairn.goals")


class _Kept(BaseModel):
    """What outlives the service.

    Attributes:
        anchors: What the log must hold.
        adopted: The last adoption of the stream that the service knew of.
    """

    anchors: tuple[Anchor, ...]
    adopted: int


class RememberedLog:
    """Remembers a stream of the log, and compares it with what is there.

    It is kept beside the snapshots, so that a service that starts again still knows it. It is forgotten when an
    operator adopts the stream as it is.

    Args:
        stream: The stream's name.
        log: The stream as the log.
    """

    def __init__(self, stream: str, log: Log, snapshots: Snapshots):
        self._stream = stream
        self._log = log
        self._snapshots = snapshots
        self._anchors: tuple[Anchor, ...] = ()
        self._last: RecordedEvent | None = None
        self._highest = 0
        self._doubts = 0
        self._settled = 0
        self._adopted: int | None = None
        self._told: int | None = None
        self._kept = b""
        self._is_recalled = False

    @property
    def _all(self) -> tuple[Anchor, ...]:
        """Everything that the log must hold, as others can be told it."""
        last = () if self._last is None else (Anchor(self._last.position),)
        return (*self._anchors, *last)

    def acknowledged(self, recorded: RecordedEvent) -> bool:
        """Remember the last event that the log has taken.

        Returns:
            False when it is not the highest so far. Then nothing takes the place of what is remembered, until that was
            compared: an older log gives the same positions once more.
        """
        if recorded.position <= self._highest:
            self._doubts += 1
            return False
        self._highest = recorded.position
        if self._doubts == self._settled:
            self._last = recorded
        return True

    def heard(self, said: LogComparison) -> bool:
        """Remember what another goals service misses in the log; False when that is nothing new.

        What it missed before the adoption that the stream tells of counts no more. Of a later one, to before which the
        stream was put back, a service that began since does not know.
        """
        anchor = Anchor(said.position, said.fingerprint)
        told = self._adopted if self._told is None else self._told
        if not said.replaced or said.adopted < (told or 0) or anchor in self._all:
            return False
        self._anchors += (anchor,)
        if self._adopted is None:
            self._adopted = said.adopted
        return True

    async def recall(self) -> bool:
        """Remember what was kept by a service that has ended; once, as this one keeps it from then on.

        Where the snapshots do not answer, nothing is kept in its place until they do.

        Returns:
            Whether there is something more that the log must hold.
        """
        if self._is_recalled:
            return False
        try:
            kept = await self._snapshots.last_known(self._stream)
        except LogUnreachable as error:
            _log.info("what was kept of the log %s is not known yet: %s", self._stream, error)
            return False
        self._is_recalled = True
        if kept is None:
            return False
        try:
            found = _Kept.model_validate_json(kept)
        except ValidationError:  # another version of Cairn has kept it
            return False
        if found.adopted < (self._adopted or 0):  # it was forgotten by an adoption since
            return False
        more = tuple(each for each in found.anchors if each not in self._anchors)
        self._anchors += more
        self._adopted = found.adopted
        return bool(more)

    async def compare(self) -> StreamState:
        """Make sure that the log holds everything that is remembered; with the stream's state.

        What has gone from a stream that forgets is no sign of another log: the watch counts what is missing.

        Raises:
            LogReplaced: it ends before something, or holds something else there.
            LogUnreachable: it does not answer.
        """
        last, remembered = self._last, self._all
        state = await self._log.state()
        for anchor in sorted(remembered or (BEGINNING,), reverse=True):  # of what is missed, the furthest is told
            state = await self._bears_out(anchor, state)
        if last is not None:
            await self._check(last, state)
        return state

    def missed(self, replaced: LogReplaced) -> LogComparison:
        """What is told to the other goals services when the log does not hold something."""
        position = replaced.position
        fingerprint = next((each.fingerprint for each in self._anchors if each.position == position), "")
        return LogComparison(
            projection=GOALS,
            stream=self._stream,
            replaced=True,
            position=position,
            head=replaced.head,
            fingerprint=fingerprint,
            adopted=self._adopted or 0,
        )

    def was_adopted(self, state: StreamState) -> bool:
        """Whether the stream was adopted as it is since it was last asked. Everything is forgotten then."""
        self._told = adopted_at(state)
        known, self._adopted = self._adopted, max(self._told, self._adopted or 0)
        if known is None or known >= self._adopted:
            return False
        self._anchors, self._last, self._highest = (), None, 0
        return True

    async def renew(self, state: StreamState) -> None:
        """Remember the end of the log, in the place of what it was compared with.

        Raises:
            LogReplaced: it is another one by now.
            LogUnreachable: it does not answer.
        """
        last, anchors, doubts = self._last, self._anchors, self._doubts
        newest = await self._log.anchor(state.last)
        if newest is None:
            return
        # What was remembered was there before the newest was read, and is afterwards: so they are of the same log.
        await self.compare()
        self._settled = doubts
        if self._last is last:
            self._last = None
        self._anchors = (newest, *(each for each in self._anchors if each not in anchors))

    async def keep(self) -> bool:
        """Keep what is remembered for a service that starts again, if it is something new.

        What was kept before is recalled first.

        Returns:
            False when it was tried in vain.
        """
        if not self._is_recalled:
            return True
        kept = _Kept(anchors=self._all, adopted=self._adopted or 0).model_dump_json().encode()
        if kept == self._kept:
            return True
        if not await self._snapshots.keep_known(self._stream, kept):
            return False
        self._kept = kept
        return True

    async def _bears_out(self, anchor: Anchor, state: StreamState) -> StreamState:
        try:
            return await self._log.check(anchor, state)
        except LogReplaced as replaced:
            if replaced.head < anchor.position or await self._log.anchor(anchor.position) is not None:
                raise
            return await self._log.state()

    async def _check(self, recorded: RecordedEvent, state: StreamState) -> None:
        """Make sure that an event is where it was acknowledged, if there is one at all."""
        try:
            there = await self._log.event_at(recorded.position)
            is_same = there is None or _identity(there) == _identity(recorded)
        except UnreadableEvent:
            is_same = False
        if not is_same:
            raise LogReplaced(self._stream, recorded.position, state.last)


def _identity(recorded: RecordedEvent) -> tuple[GoalId, tuple[str, str]]:
    return recorded.event.goal_id, recorded.event.key
