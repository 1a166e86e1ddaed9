"""Following the log: from a position through the past into live, without a gap or a repeat.

The past is read by batches of direct gets. At the end the follower listens to what the stream republishes, and hands
that out for as long as each position follows the one before. Whatever was missed is read by direct gets again, so that
nothing depends on a live message coming, on when it comes, or on how long a slow reader takes. No consumer is made:
whoever may make one chooses where the server delivers (docs/decisions/0023).
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from typing import Generic

from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from events.envelope import StoredMessage
from events.log.anchor import Anchor, check_anchor
from events.log.cancellation import heed_cancellation
from events.log.client.direct_subscription import subscribe_raw
from events.log.client.resilient import ResilientClient
from events.log.failures import LogUnreachable
from events.log.finishing import finish
from events.log.handed_out import M, Read
from events.log.live_feed import LiveFeed, feed_subjects
from events.log.pages import Pages
from events.log.raw_message import read_raw
from events.log.reading import BatchOf
from events.log.stored_message import MessageReader
from events.log.stream_state import StreamState, read_state
from events.raw_message import RawMessage

_log = logging.getLogger("cairn.log")
_AGAIN_SECONDS = 0.1
_WAKE_SECONDS = 0.5
"""How soon a reconnect is noticed while nothing comes."""
_LOOK_SECONDS = 1.0
"""How often the stream itself is looked at: whether it is the same one, and how far it goes."""
_LOOK_WITHOUT_FEED_SECONDS = 0.1
_SILENCE_SECONDS = 10.0
"""How long the server may send nothing of a page that it was asked for."""
_REPLICA_SECONDS = 5.0
"""How long a replica may take to come to what its leader has, before the past counts as read."""
_ON_ITS_WAY_SECONDS = 0.05
"""How long what the stream was seen to hold may take to come by the feed, before it is read from the stream."""
_FIRST_PAUSE_SECONDS = 0.002
_LONGEST_PAUSE_SECONDS = 1.0


class FollowerOf(Generic[M]):
    """One reader of the whole log, or of the part that a subject filter names, in one form of message.

    Args:
        every: For a reader that is in no hurry: how many seconds apart it looks for what is new. It does not listen to
            the feed, so that it is not woken for each message. None for everybody else.
        new_reader: Makes what reads a message. The past and what comes live are read by one each.
    """

    def __init__(
        self,
        nc: ResilientClient,
        stream: str,
        after: int | Anchor,
        subject: str | None = None,
        batch: int = 500,
        every: float | None = None,
        *,
        new_reader: Callable[[], Read[M]],
    ):
        self._nc = nc
        self._stream = stream
        self._subject = subject
        self._batch = batch
        self._every = every
        self._after = Anchor.of(after)
        self._new_reader = new_reader
        self._last: M | None = None
        self.position = self._after.position
        """The last position yielded."""
        self._head = self.position
        self._stretch: _Stretch[M] | None = None

    @property
    def head(self) -> int:
        """The last position of the log that this follower has heard of, also of events that it does not hand out."""
        return max(self._head, self.position, self._stretch.head if self._stretch else 0)

    async def batches(self) -> AsyncGenerator[BatchOf[M], None]:
        """Batches in log order for ever; an empty one when the end is first reached.

        Raises:
            LogReplaced: the log is not the one that was followed so far, at the start or after any interruption.
        """
        caught_up, trouble = False, ""
        while True:
            anchor = self._after if self._last is None else Anchor.at(self._last)
            self._stretch = stretch = _Stretch(
                self._nc, self._stream, anchor, self._subject, self._every, self._new_reader
            )
            try:
                await stretch.begin()
                while True:
                    messages = await stretch.take(self._batch, or_end=not caught_up)
                    caught_up, trouble = caught_up or not messages, ""
                    if messages:
                        self._last = messages[-1]
                        self.position = self._last.position
                    yield BatchOf(tuple(messages), self.head)
            except (_Interrupted, LogUnreachable, NatsError, OSError, TimeoutError) as error:
                if trouble != (trouble := str(error)):
                    _log.info("following from position %d again: %s", self.position, error)
                await asyncio.sleep(_AGAIN_SECONDS)
            finally:
                self._head = self.head
                await finish(stretch.close())


class Follower(FollowerOf[StoredMessage]):
    """Follows messages with their headers by name."""

    def __init__(
        self,
        nc: ResilientClient,
        stream: str,
        after: int | Anchor,
        subject: str | None = None,
        batch: int = 500,
        every: float | None = None,
    ):
        super().__init__(nc, stream, after, subject, batch, every, new_reader=lambda: MessageReader().read)


class RawFollower(FollowerOf[RawMessage]):
    """Follows messages byte for byte as they are stored."""

    def __init__(
        self,
        nc: ResilientClient,
        stream: str,
        after: int | Anchor,
        subject: str | None = None,
        batch: int = 500,
        every: float | None = None,
    ):
        super().__init__(nc, stream, after, subject, batch, every, new_reader=lambda: read_raw)


class _Interrupted(Exception):
    """The stream must be looked at anew before anything more is handed out."""


class _Stretch(Generic[M]):
    """Following from a checked anchor to the first interruption.

    Attributes:
        head: The last position of the stream as far as it is known.
    """

    def __init__(
        self,
        nc: ResilientClient,
        stream: str,
        after: Anchor,
        subject: str | None,
        every: float | None,
        new_reader: Callable[[], Read[M]],
    ):
        self._nc = nc
        self._stream = stream
        self._anchor = after
        self._subject = subject
        self._every = every
        self._reconnects = nc.stats["reconnects"]
        self._clock = asyncio.get_running_loop().time
        self._arrived = asyncio.Event()
        self._pages = Pages(nc, stream, subject, new_reader(), self._hear)
        self._feed = LiveFeed(nc, stream, new_reader(), in_order=subject is None, arrived=self._hear)
        self._advisories: Subscription | None = None
        self._state: StreamState | None = None
        self._changed = False
        self._joined = False
        self._reached = after.position
        self._settled = 0
        """Up to here there is nothing more to read, although nothing was found there."""
        self._asked_for = 0
        """The end of the stream that was known when the pages were asked for; 0 when none are."""
        self._begun_at = self._asked_at = self._grown_at = self._heard_at = self._look_at = self._ask_at = 0.0
        self._pause = _FIRST_PAUSE_SECONDS
        self.head = 0

    async def begin(self) -> None:
        """Make sure that the log is the one of the anchor.

        Raises:
            LogReplaced: it is not.
            LogUnreachable: it does not answer.
        """
        changes = f"$JS.EVENT.ADVISORY.STREAM.*.{self._stream}"
        self._advisories = await subscribe_raw(self._nc, changes, self._note_change)
        self._take_in(await check_anchor(self._nc, self._stream, self._anchor))
        self._begun_at = self._clock()

    async def close(self) -> None:
        """Listen no more."""
        if self._nc.is_closed:
            return
        try:
            await self._pages.close()
            await self._feed.close()
            if self._advisories is not None:
                await self._advisories.unsubscribe()
        except (NatsError, OSError) as error:
            _log.debug("not unsubscribed: %s", error)

    async def take(self, limit: int, *, or_end: bool) -> list[M]:
        """Return the next messages, up to a limit; wait until there is at least one.

        Args:
            or_end: Whether to return without any once everything up to the end of the stream was handed out.

        Raises:
            _Interrupted: The connection was lost, or the stream was changed, restored, or made anew.
            LogUnreachable: The log does not answer.
        """
        while True:
            heed_cancellation()
            self._arrived.clear()
            if self._changed or self._nc.stats["reconnects"] != self._reconnects:
                raise _Interrupted("the stream was changed" if self._changed else "the connection was lost")
            if self._clock() >= self._look_at or self._feed.repeated:
                await self._look()
            if messages := self._next(limit):
                return messages
            if self._pages.failure is not None:
                raise self._pages.failure
            if not self._pages.asking:
                self._settle()
                if self._is_behind and self._clock() >= self._ask_at:
                    await self._read()
                elif not self._joined and self._may_join:
                    await self._join()
                    continue
                elif or_end and (not self._is_behind or self._has_waited_for_replicas):
                    return []
            await self._wait()

    def _next(self, limit: int) -> list[M]:
        pages = self._pages.messages
        while pages and pages[0].position <= self._reached:  # the feed was quicker
            pages.popleft()
        if pages:
            messages = [pages.popleft() for _ in range(min(limit, len(pages)))]
            self._pages.go_on()
        else:
            messages = self._feed.take(self._reached, limit)
        if messages:
            self._reached = messages[-1].position
            self._feed.pass_to(self._reached)
        self._note_head(max(self._reached, self._pages.head, self._feed.head))
        return messages

    @property
    def _is_behind(self) -> bool:
        return self.head > max(self._reached, self._settled)

    @property
    def _may_join(self) -> bool:
        """Whether it is time to listen to the feed.

        For a part of the stream, also while a replica that may lag is asked again. While the rest grows and grows it
        always may, and what is new of the part would be found by asking only.
        """
        return self._subject is not None or not self._is_behind

    @property
    def _has_waited_for_replicas(self) -> bool:
        """Whether a replica that lags has had its time; for a part of the stream, to come to what there was at first.

        Otherwise nobody would ever hear of the end of a part in which nothing happens while the rest grows and grows.
        """
        has_all_of_the_beginning = self._asked_at >= self._begun_at + _REPLICA_SECONDS
        if self._subject is not None and has_all_of_the_beginning:
            return True
        return self._clock() >= self._grown_at + _REPLICA_SECONDS

    async def _read(self) -> None:
        """Ask for what is behind the last message that was handed out."""
        self._asked_for = self.head
        self._asked_at = self._heard_at = self._clock()
        await self._pages.begin(self._reached)

    def _settle(self) -> None:
        """Decide what it means that the pages ended, if they have just ended, before the end of the stream."""
        asked_for, self._asked_for = self._asked_for, 0
        if self._reached >= asked_for:
            return
        announced = self._subject is None or self._feed.head > self._reached
        patient = not announced and self._asked_at < self._grown_at + _REPLICA_SECONDS
        if self._replicas == 1 or not (announced or patient):
            self._settled = asked_for
            return
        # A replica answered that may lag behind: nothing is passed over, it is asked again.
        self._ask_at = self._clock() + (self._pause if announced else _LONGEST_PAUSE_SECONDS)
        self._pause = min(2 * self._pause, _LONGEST_PAUSE_SECONDS)

    async def _join(self) -> None:
        """Listen to the feed. What was stored before the server knew of that is behind the end that it tells then."""
        if self._state is not None and self._every is None:
            self._feed.pass_to(self._reached)
            await self._feed.listen(feed_subjects(self._state.config, self._subject))
        await self._look()
        self._joined = True

    async def _look(self) -> None:
        self._feed.repeated = False
        before, now = self._state, await read_state(self._nc, self._stream)
        if before is not None and (before.created, _subjects(before)) != (now.created, _subjects(now)):
            raise _Interrupted("the stream was made anew or changed")
        if now.last < self._reached:
            raise _Interrupted("the stream ends before what was read of it")
        self._take_in(now)
        if self._joined and self._feed.subjects:
            self._ask_at = max(self._ask_at, self._clock() + _ON_ITS_WAY_SECONDS)

    def _take_in(self, state: StreamState) -> None:
        self._state = state
        pause = _LOOK_SECONDS
        if self._joined and not self._feed.subjects:
            pause = _LOOK_WITHOUT_FEED_SECONDS if self._every is None else self._every
        self._look_at = self._clock() + pause
        self._note_head(state.last)

    def _note_head(self, head: int) -> None:
        if head > self.head:
            self.head = head
            self._grown_at, self._ask_at, self._pause = self._clock(), 0.0, _FIRST_PAUSE_SECONDS

    @property
    def _replicas(self) -> int:
        return 1 if self._state is None else self._state.replicas

    async def _wait(self) -> None:
        """Wait until something comes or is due.

        Raises:
            _Interrupted: The server sends nothing although it was asked.
        """
        now = self._clock()
        due = min(self._look_at, now + _WAKE_SECONDS)
        if self._pages.asking and now >= self._heard_at + _SILENCE_SECONDS:
            raise _Interrupted("the server has gone silent")
        if not self._pages.asking and self._is_behind:
            due = min(due, self._ask_at)
        try:
            async with asyncio.timeout_at(max(due, now)):
                await self._arrived.wait()
        except TimeoutError:
            return

    def _hear(self) -> None:
        self._heard_at = self._clock()
        self._arrived.set()

    def _note_change(self, *_: bytes) -> None:
        self._changed = True
        self._arrived.set()


def _subjects(state: StreamState) -> tuple[str, ...]:
    """Where a stream republishes what it takes in."""
    return feed_subjects(state.config)
