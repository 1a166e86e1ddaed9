"""The watch over a stream of the log: it is still the same log, its settings keep every event, and none is missing."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from time import monotonic

from nats.aio.client import Client
from nats.aio.msg import Msg
from pydantic import BaseModel, Field

from events.log import Log, LogFull, LogReplaced, LogUnreachable
from events.log.anchor import BEGINNING, Anchor
from events.log.fitness import Fitness
from events.log.run_until_first_ends import run_until_first_ends
from events.log.stream_state import NoStream, StreamState
from events.outcome import RejectedOutcome
from services.goals.health import Health

_log = logging.getLogger("cairn.goals")
LOOK_SECONDS = 2.5
"""How often the stream is looked at when nothing has happened."""
OBJECTION_SECONDS = 5.0
"""How long an objection counts at least: two copies of a projection may disagree, and then nothing is recorded."""
COUNT_SECONDS = 30.0
"""How often it is asked whether another stream takes in what this one does."""
_ANSWERS_SECONDS = 0.5
"""How long is waited for the answers of other streams, which may be far away."""
MAKE_ROOM = "Make room for it; after its disk was full, nats-server has to be started again."
_RECHECK_SECONDS = 0.2
"""How soon a reconnect is noticed where nobody submits anything, and how soon a failed look is tried again."""
_SHORTEST_PAUSE_SECONDS = 0.05
"""How far two looks are apart at least, however often there is reason for doubt."""

REPLACED = "cairn.replaced"
"""On `cairn.replaced.NAME`, whoever remembers a position of the log announces whether the log is still the same."""
COMPARE = "cairn.compare"
"""On `cairn.compare.STREAM` a goals service asks for these announcements before it records anything."""
_COMPARE_SECONDS = 3.0
_FURTHER_COMPARISONS_SECONDS = 0.05
"""How much later than the first answer the others may come."""


class LogComparison(BaseModel):
    """The message on `cairn.replaced.NAME`, which is repeated every second or two."""

    projection: str = Field(description="Who has compared: a projection, or `cairn up`.")
    stream: str = Field(description="The stream of the log.")
    replaced: bool = Field(description="Whether the log is another one than the one that is remembered.")
    position: int = Field(description="The position that is remembered.")
    head: int = Field(default=0, description="Where a log that is another one ends now.")


class Watch:
    """Looks at a stream every few seconds, after each reconnect, and when there is reason for doubt.

    Args:
        nc: The connection over which the log is written.
        stream: The stream's name.
        log: The stream as the log.
        forget: Called when the log was replaced or has lost events, because what memory has of the log may be wrong
            then.
    """

    def __init__(self, nc: Client, stream: str, log: Log, forget: Callable[[], Awaitable[None]]):
        self._nc = nc
        self._stream = stream
        self._log = log
        self._forget = forget
        self._anchor = BEGINNING
        self._highest = 0
        self._fitness = Fitness(stream, (), 0)
        self._unfit: RejectedOutcome | None = None
        self._replaced: RejectedOutcome | None = None
        self._counted_at = -COUNT_SECONDS
        self._joined: RejectedOutcome | None = None
        self._full = ""
        self._full_at = datetime.min.replace(tzinfo=UTC)
        self._objections: dict[str, float] = {}
        self._reconnects = -1
        self._failed = False
        self._looking = asyncio.Lock()
        self._doubted = asyncio.Event()
        self._objected = asyncio.Event()

    @property
    def refusal(self) -> RejectedOutcome | None:
        """The answer to every submission while nothing may be recorded; None while events are recorded."""
        return self._joined or self._replaced or self._unfit

    @property
    def is_due(self) -> bool:
        """Whether the connection was made again since the last look; the log may have been replaced meanwhile."""
        return self._nc.stats["reconnects"] != self._reconnects

    @property
    def health(self) -> Health:
        """The state of the stream as of the last look."""
        missing = self._fitness.missing
        if self._joined:
            return Health(stream=self._stream, state="unfit", detail=self._joined.detail, missing=missing)
        if self._replaced:
            return Health(stream=self._stream, state="replaced", detail=self._replaced.detail, missing=missing)
        if self._unfit:
            return Health(stream=self._stream, state="unfit", detail=self._unfit.detail, missing=missing)
        if self._full:
            return Health(
                stream=self._stream, state="full", detail=self._full, no_room_at=self._full_at, missing=missing
            )
        return Health(stream=self._stream, state="recording", detail=self._fitness.detail, missing=missing)

    def doubt(self) -> None:
        """Look at the stream as soon as possible."""
        self._doubted.set()

    def acknowledged(self, position: int) -> None:
        """Note the position of an event that the log has taken; if it is not the highest so far, look at the stream."""
        if self._full:
            self._full = ""
            _log.warning("the log %s has room again: events are recorded", self._stream)
        if position > self._highest:
            self._highest = position
        else:
            self._doubted.set()

    def full(self, error: LogFull) -> None:
        """Note that the log has stored nothing for want of room. Submissions are tried nevertheless."""
        self._full_at = datetime.now(UTC)
        if not self._full:
            self._full = f"{error} {MAKE_ROOM}"
            _log.warning("nothing is recorded on %s: %s", self._stream, self._full)

    def compared(self, comparison: LogComparison) -> None:
        """Take in that a projection has compared the log with what it remembers.

        Silence is no agreement: once a projection has objected, nothing is recorded until the same one agrees.
        """
        objected_at = self._objections.get(comparison.projection)
        if comparison.replaced:
            self._object(comparison)
        elif objected_at is not None and monotonic() - objected_at >= OBJECTION_SECONDS:
            del self._objections[comparison.projection]
            if not self._objections:
                self._replaced = None
                _log.warning("%s is the log that every projection remembers: events are recorded again", self._stream)

    def _object(self, comparison: LogComparison) -> None:
        if not self._objections:
            # It may be a projection of another Cairn, whose servers have been joined to these.
            self._counted_at = -COUNT_SECONDS
            self._objected.set()
            _log.warning("nothing is recorded on %s: %s remembers another log", self._stream, comparison.projection)
        self._objections[comparison.projection] = monotonic()
        self._replaced = RejectedOutcome(
            code="log.replaced",
            detail=f"The log {self._stream} is another one than before: {comparison.projection} remembers position"
            f" {comparison.position}, and the log ends at {comparison.head} or holds another event there. Nothing is"
            " recorded until its operator has decided (`cairn log adopt`). Send the event again later with the same"
            " id.",
        )

    async def ask(self) -> None:
        """Ask all who remember the log whether it is still the same. If nobody is there, that is known at once."""
        answered = asyncio.Event()
        inbox = self._nc.new_inbox()

        async def hear(message: Msg) -> None:
            if message.data:  # or it is the server, which says that nobody is there
                self.compared(LogComparison.model_validate_json(message.data))
                await asyncio.sleep(_FURTHER_COMPARISONS_SECONDS)
            answered.set()

        subscription = await self._nc.subscribe(inbox, cb=hear)
        try:
            await self._nc.publish(f"{COMPARE}.{self._stream}", reply=inbox)
            with suppress(TimeoutError):
                async with asyncio.timeout(_COMPARE_SECONDS):
                    await answered.wait()
        finally:
            await subscription.unsubscribe()

    async def run(self) -> None:
        """Look at the stream again and again, until cancelled."""
        # Side by side: the answers of other streams are waited for, and what becomes of this one is to be seen at once.
        await run_until_first_ends(self._keep_looking(), self._keep_counting())

    async def _keep_counting(self) -> None:
        while True:
            await self._count()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._objected.wait()
            self._objected.clear()

    async def _keep_looking(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(_SHORTEST_PAUSE_SECONDS)
            end = monotonic() + (_RECHECK_SECONDS if self._failed else LOOK_SECONDS)
            while not self._doubted.is_set() and not self.is_due and monotonic() < end:
                with suppress(TimeoutError):
                    async with asyncio.timeout(_RECHECK_SECONDS):
                        await self._doubted.wait()
            self._doubted.clear()

    async def look(self) -> None:
        """Look at the stream now; if the server does not answer, the last known state stays valid."""
        async with self._looking:
            self._reconnects = self._nc.stats["reconnects"]
            self._failed = False
            try:
                await self._look()
            except LogReplaced as replaced:
                _log.warning("%s What was remembered of it is forgotten; what it holds now counts.", replaced)
                self._anchor, self._highest = BEGINNING, 0
                self._doubted.set()
                await self._forget()
            except NoStream:
                self._refuse(
                    f"There is no stream {self._stream}; nothing was recorded. Its operator can restore it.",
                    code="log.unavailable",
                )
            except LogUnreachable:
                self._failed = True

    async def _count(self) -> None:
        """Ask whether another stream takes in the same events, as where two servers are joined by a leaf node.

        That is no setting of this stream, and shows in its answers only.
        """
        if monotonic() < self._counted_at + COUNT_SECONDS or not self._nc.is_connected:
            return
        try:
            state = await self._log.state()
            count = await self._log.streams_that_take(state.config["subjects"][0], _ANSWERS_SECONDS)
        except LogUnreachable:
            return
        self._counted_at = monotonic()
        self._note_streams(count)

    def _note_streams(self, count: int) -> None:
        if count < 2:
            if self._joined is not None:
                self._joined = None
                _log.warning("%s is the only stream that takes in its events again", self._stream)
            return
        detail = (
            f"{count} streams take in what is recorded on {self._stream}, so that each event would be stored in all of"
            " them: another server with a Cairn is joined to this account, by a leaf node for instance. Nothing is"
            " recorded until the operator of the NATS servers keeps cairn.> from crossing."
        )
        if self._joined is None:
            _log.error("%s", detail)
        self._joined = RejectedOutcome(code="log.unfit", detail=detail)

    async def _look(self) -> None:
        highest = self._highest
        state = await self._log.check(self._anchor)
        if state.last < highest:
            state = await self._log.check(Anchor(highest))
        await self._judge(state)
        newer = await self._log.anchor(state.last)
        if newer is not None:
            # The older anchor was checked before and after the newer one was read, so both are of the same log.
            await self._log.check(self._anchor)
            self._anchor = newer

    async def _judge(self, state: StreamState) -> None:
        before, self._fitness = self._fitness, Fitness.of(self._stream, state)
        if self._fitness.settings:
            self._refuse(self._fitness.detail)
        elif self._unfit is not None:
            self._unfit = None
            _log.warning("the stream %s is fit to be the log again: events are recorded", self._stream)
        if self._fitness.missing > before.missing:
            if not self._fitness.settings:
                _log.error("%s", self._fitness.detail)
            await self._forget()

    def _refuse(self, detail: str, code: str = "log.unfit") -> None:
        if self._unfit is None or self._unfit.detail != detail:
            self._unfit = RejectedOutcome(code=code, detail=detail)
            _log.error("%s", detail)
