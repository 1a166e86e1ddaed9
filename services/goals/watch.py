"""The watch over a stream of the log: it is still the same log, its settings keep every event, and none is missing.

Nothing is recorded on a log that is another one than somebody remembers, be it a projection or a goals service.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from time import monotonic

from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from events.event import RecordedEvent
from events.log import Log, LogFull, LogReplaced, LogUnreachable
from events.log.client.resilient import ResilientClient
from events.log.comparison import COMPARE, GOALS, REPLACED, LogComparison, compared
from events.log.fitness import Fitness
from events.log.run_until_first_ends import run_until_first_ends
from events.log.stream_state import NoStream, StreamState
from events.outcome import RejectedOutcome
from services.goals.health import Health
from services.goals.remembered_log import RememberedLog

_log = logging.getLogger("cairn.goals")
LOOK_SECONDS = 2.5
"""How often the stream is looked at when nothing has happened."""
OBJECTION_SECONDS = 5.0
"""How long an objection counts at least: two copies of a projection may disagree, and then nothing is recorded."""
COUNT_SECONDS = 30.0
"""How often it is asked whether another stream takes in what this one does."""
_ANSWERS_SECONDS = 0.5
"""How long is waited for the answers of other streams, which may be far away."""
MAKE_ROOM = (
    "Make room for it; after its disk was full, nats-server has to be started again, which `cairn up` does by itself."
)
_RECHECK_SECONDS = 0.2
"""How soon a reconnect is noticed where nobody submits anything, and how soon a failed look is tried again."""
_SHORTEST_PAUSE_SECONDS = 0.05
"""How far two looks are apart at least, however often there is reason for doubt."""
_ANSWERED_SECONDS = 5.0
"""How long a log that may have been replaced has to say whether it is the right one, before a submission is refused."""
_COMPARE_SECONDS = 3.0
"""How long is waited for somebody who remembers the log, before a service that starts records anything."""
_FURTHER_COMPARISONS_SECONDS = 0.05
"""How much later than the first answer the others may come."""
_KEEP_AGAIN_SECONDS = 60.0
"""How soon what is known is kept again where that has failed: accounts that do not allow it will not do so soon."""
_LAST_LOOK_SECONDS = 1.0
"""How long a service that ends takes at most to note what it knows last."""
_UNTIL = (
    "Nothing is recorded until its operator has decided (`cairn log adopt`)."
    " Send the event again later with the same id."
)


class Watch:
    """Looks at a stream every few seconds, after each reconnect, and when there is reason for doubt.

    Args:
        nc: The connection over which the log is written.
        stream: The stream's name.
        log: The stream as the log.
        remembered: What this service remembers of it.
        forget: Called when the log was replaced or has lost events, because what memory has of the log may be wrong
            then.
    """

    def __init__(
        self,
        nc: ResilientClient,
        stream: str,
        log: Log,
        remembered: RememberedLog,
        forget: Callable[[], Awaitable[None]],
    ):
        self._nc = nc
        self._stream = stream
        self._log = log
        self._remembered = remembered
        self._forget = forget
        self._fitness = Fitness(stream, (), 0)
        self._unfit: RejectedOutcome | None = None
        self._replaced: RejectedOutcome | None = None
        self._counted_at = -COUNT_SECONDS
        self._joined: RejectedOutcome | None = None
        self._full = ""
        self._full_at = datetime.min.replace(tzinfo=UTC)
        self._objections: dict[str, float] = {}
        self._missed: LogComparison | None = None
        self._answering: Subscription | None = None
        self._reconnects = -1
        self._doubts = 0
        self._doubts_looked_at = 0
        self._looks = 0
        self._failed = False
        self._looking = asyncio.Lock()
        self._doubted = asyncio.Event()
        self._objected = asyncio.Event()
        self._looked = asyncio.Event()

    @property
    def refusal(self) -> RejectedOutcome | None:
        """The answer to every submission while nothing may be recorded; None while events are recorded."""
        return self._joined or self._replaced or self._unfit

    @property
    def is_due(self) -> bool:
        """Whether the log may have been replaced since the last look: the connection was made again, or there is doubt.

        Nothing is to be decided before :meth:`look_if_due`.
        """
        return self._doubts != self._doubts_looked_at or self._nc.stats["reconnects"] != self._reconnects

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
        self._doubts += 1
        self._doubted.set()

    def acknowledged(self, recorded: RecordedEvent) -> None:
        """Note the last event that the log has taken; if it is not the highest so far, look at the stream."""
        if self._full:
            self._full = ""
            _log.warning("the log %s has room again: events are recorded", self._stream)
        if not self._remembered.acknowledged(recorded):
            self._doubted.set()  # most often another answer was overtaken, and nobody has to wait for the look

    def full(self, error: LogFull) -> None:
        """Note that the log has stored nothing for want of room. Submissions are tried nevertheless."""
        self._full_at = datetime.now(UTC)
        if not self._full:
            self._full = f"{error} {MAKE_ROOM}"
            _log.warning("nothing is recorded on %s: %s", self._stream, self._full)

    def compared(self, comparison: LogComparison) -> None:
        """Take in that somebody has compared the log with what they remember.

        Silence is no agreement: once a projection has objected, nothing is recorded until the same one agrees. What
        another goals service misses, this one misses too from now on, and finds by itself when it is there again.
        """
        if comparison.projection == GOALS:
            if self._remembered.heard(comparison):
                self.doubt()
            return
        objected_at = self._objections.get(comparison.projection)
        if comparison.replaced:
            if not self._objections:
                # It may be a projection of another Cairn, whose servers have been joined to these.
                self._counted_at = -COUNT_SECONDS
                self._objected.set()
            self._objections[comparison.projection] = monotonic()
            self._object(comparison)
        elif objected_at is not None and monotonic() - objected_at >= OBJECTION_SECONDS:
            del self._objections[comparison.projection]
            self._agree()

    def _object(self, comparison: LogComparison) -> None:
        """Record nothing: somebody, who may be this service, remembers another log."""
        if self._replaced is None:
            _log.warning("nothing is recorded on %s: %s remembers another log", self._stream, comparison.projection)
        self._replaced = RejectedOutcome(
            code="log.replaced",
            detail=f"The log {self._stream} is another one than before: {comparison.projection} remembers position"
            f" {comparison.position}, and the log ends at {comparison.head} or holds another event there. {_UNTIL}",
        )

    def _agree(self) -> None:
        """Record again, if nobody remembers another log any more."""
        if self._replaced is not None and not self._objections and self._missed is None:
            self._replaced = None
            _log.warning("%s is the log that everybody remembers: events are recorded again", self._stream)

    async def ask(self) -> None:
        """Ask all who remember the log whether it is still the same. If nobody is there, that is known at once."""
        answers = await compared(self._nc, self._stream, first=_COMPARE_SECONDS, further=_FURTHER_COMPARISONS_SECONDS)
        for answer in answers:
            self.compared(answer)

    async def close(self) -> None:
        """Note for a service that starts again what is known last."""
        if self._nc.is_connected:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LAST_LOOK_SECONDS):
                    await self.look()
                    await self._remembered.keep()
        await self._stop_answering()

    async def run(self) -> None:
        """Look at the stream again and again, until cancelled."""
        # Side by side: the answers of other streams are waited for, and what becomes of this one is to be seen at once.
        await run_until_first_ends(self._keep_looking(), self._keep_counting(), self._keep_known())

    async def _keep_known(self) -> None:
        """Keep what is known after each look, and recall what was kept before; where that is slow, nobody waits."""
        while True:
            await self._looked.wait()
            self._looked.clear()
            if await self._remembered.recall():
                self.doubt()
            if not await self._remembered.keep():
                await asyncio.sleep(_KEEP_AGAIN_SECONDS)

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
            await asyncio.sleep(_RECHECK_SECONDS if self._failed else _SHORTEST_PAUSE_SECONDS)
            end = monotonic() + LOOK_SECONDS
            while not self._doubted.is_set() and not self.is_due and monotonic() < end:
                with suppress(TimeoutError):
                    async with asyncio.timeout(_RECHECK_SECONDS):
                        await self._doubted.wait()
            self._doubted.clear()

    async def look(self) -> None:
        """Look at the stream now; if the server does not answer, the last known state stays valid."""
        async with self._looking:
            await self._look_alone()

    async def look_if_due(self) -> None:
        """Look at the stream if the log may have been replaced, and nobody else has looked meanwhile.

        Raises:
            LogUnreachable: it does not answer, also after some seconds. Nobody knows whether it is the right one.
        """
        end = monotonic() + _ANSWERED_SECONDS
        while self.is_due:
            before = self._looks
            async with self._looking:
                if self._looks == before:
                    await self._look_alone()
            if self._failed:
                if monotonic() > end:
                    raise LogUnreachable("The log does not answer.")
                await asyncio.sleep(_SHORTEST_PAUSE_SECONDS)

    async def _look_alone(self) -> None:
        reconnects, doubts = self._nc.stats["reconnects"], self._doubts
        self._looks += 1
        self._failed = False
        try:
            await self._look()
        except LogReplaced:  # while it was looked at
            self.doubt()
        except NoStream:
            self._refuse(
                f"There is no stream {self._stream}; nothing was recorded. Its operator can restore it.",
                code="log.unavailable",
            )
        except LogUnreachable:
            self._failed = True
            return
        self._reconnects, self._doubts_looked_at = reconnects, doubts
        self._looked.set()

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
        if self._reconnects < 0:  # never looked at yet: what was kept is compared before anything is recorded
            await self._remembered.recall()
        replaced: LogReplaced | None = None
        try:
            state = await self._remembered.compare()
        except LogReplaced as found:
            replaced, state = found, await self._log.state()
        if self._remembered.was_adopted(state):
            _log.warning("%s was adopted as it is: what was remembered of another log is forgotten", self._stream)
            await self._forget()
            replaced = None
            # Who still remembers another log, such as a projection in another database, says so again within seconds.
            self._objections.clear()
            self._agree()
        if replaced is not None:
            await self._miss(replaced)
        elif self._missed is not None:
            await self._tell(self._missed.model_copy(update={"replaced": False}))
            self._missed = None
            await self._stop_answering()
            self._agree()
        await self._judge(state)
        if replaced is None:
            await self._remembered.renew(state)

    async def _miss(self, replaced: LogReplaced) -> None:
        """Object to the log, and tell the other goals services and whoever asks, until it is the right one again."""
        is_new = self._missed is None
        self._missed = self._remembered.missed(replaced)
        self._object(self._missed)
        if is_new:
            _log.warning("%s Nothing is recorded.", replaced)
            await self._forget()
        with suppress(NatsError):
            if self._answering is None:
                self._answering = await self._nc.subscribe(f"{COMPARE}.{self._stream}", cb=self._answer)
        await self._tell(self._missed)

    async def _tell(self, comparison: LogComparison) -> None:
        with suppress(NatsError):
            await self._nc.publish(f"{REPLACED}.{GOALS}", comparison.model_dump_json().encode())

    async def _answer(self, question: Msg) -> None:
        if self._missed is not None and question.reply:
            with suppress(NatsError):
                await self._nc.publish(question.reply, self._missed.model_dump_json().encode())

    async def _stop_answering(self) -> None:
        subscription, self._answering = self._answering, None
        if subscription is not None and not self._nc.is_closed:
            with suppress(NatsError):
                await subscription.unsubscribe()

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
