"""Following one stream for several projections: its newest messages are read once, and each is decoded once.

A projection follows by itself until it has come to the end of the log. There it joins the others, for all of which one
follower listens. One that falls too far behind them follows by itself again, and keeps nobody waiting.

When events come fast, they are handed out every few milliseconds only, so that a transaction takes in several of them;
the busier the machine, the less often. An event that comes alone is handed out at once.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext

from events.envelope import StoredMessage
from events.log import Batch, Log
from events.log.anchor import Anchor
from events.log.handing_over import HandedOver
from projections.engine.decoding import ReadOnce
from projections.engine.fetching import Demand, Gathered, fetched_ahead
from projections.engine.taken_together import TakenTogether

MOST_EVENTS_PER_TRANSACTION = 4_000
"""About how many events one transaction takes in while a projection catches up."""
_KEPT_MESSAGES = 1_000
"""How far a projection may be behind the others and still be among them."""
_SHORTEST_PAUSE_SECONDS = 0.004
_LONGEST_PAUSE_SECONDS = 0.02
_PAUSE_FOR_WORK = 3
"""How many times as long as the projections worked on a batch they are left alone before the next one."""
_log = logging.getLogger("cairn.projections")


class SharedFollowing:
    """One stream of the log, for all projections of a process.

    Args:
        handed_over: What another process has read of it already, for the first projections that follow.
        takers: For how many. They take it together: each message is decoded once for all of them.

    Attributes:
        turn: To be held while a projection works on a batch. Those that take together work one after the other: each
            would otherwise wait again and again, in the middle of its writing, until Python is done with the others.
    """

    def __init__(self, log: Log, handed_over: HandedOver | None = None, takers: int = 1):
        self._log = log
        self._handed_over = TakenTogether(handed_over, takers) if handed_over and takers > 1 else handed_over
        self._takers = takers
        self.turn: AbstractAsyncContextManager[None] = asyncio.Lock() if takers > 1 else nullcontext()
        self._readers = 0
        self._following: asyncio.Task[None] | None = None
        self._kept: deque[ReadOnce] = deque()
        self._begin = 0
        """The position behind which all messages are kept."""
        self._head = 0
        self._arrived = asyncio.Event()
        self._worked = 0.0
        """How long the slowest projection worked on its last batch, of those that have told since the pause before."""

    async def batches(
        self, after: Anchor, demand: Demand, most_together: int = MOST_EVENTS_PER_TRANSACTION
    ) -> AsyncGenerator[Gathered, None]:
        """Everything behind an anchor for ever, as :meth:`events.log.Log.follow`, in large batches.

        Args:
            demand: As of :func:`projections.engine.fetching.fetched_ahead`.
            most_together: About how many events come at once of what is handed over. Then others catch up too, and
                hardly anybody waits for the database. So many are waited for: whoever is quicker than the others would
                otherwise take small batches, which cost it more.

        Raises:
            LogReplaced: as :meth:`events.log.Log.follow`.
        """
        self._readers += 1
        try:
            last: StoredMessage | None = None
            while True:
                anchor = Anchor.at(last) if last else after
                handed_over = self._handed_over if self._takers else None
                self._takers = max(0, self._takers - 1)
                most = most_together if handed_over else MOST_EVENTS_PER_TRANSACTION
                following = self._log.follow_with_process(anchor, handed_over)
                at_end = False
                async with aclosing(fetched_ahead(following, most, demand, in_full=bool(handed_over))) as alone:
                    async for batch in alone:
                        last = batch.messages[-1] if batch.messages else last
                        at_end = at_end or last is None or last.position >= batch.head
                        yield batch
                        if at_end and self._joined(last, after):
                            break
                async with aclosing(self._newest(last.position if last else after.position)) as newest:
                    async for batch in newest:
                        last = batch.messages[-1]
                        yield batch
        finally:
            self._readers -= 1
            if not self._readers and self._following:
                following_task, self._following = self._following, None
                following_task.cancel()
                await asyncio.gather(following_task, return_exceptions=True)

    def _joined(self, last: StoredMessage | None, after: Anchor) -> bool:
        """Whether what is behind a message, or else an anchor, is among the newest; the first one begins them."""
        position = last.position if last else after.position
        if self._following is None:
            self._kept.clear()
            self._begin = self._head = position
            self._following = asyncio.create_task(self._follow(Anchor.at(last) if last else after))
        return position >= self._begin

    async def _newest(self, position: int) -> AsyncGenerator[Gathered, None]:
        """What is behind a position, for as long as it is kept and somebody follows."""
        clock = asyncio.get_running_loop().time
        following = self._following
        while following is self._following and position >= self._begin:
            arrived = self._arrived
            if messages := self._behind(position):
                position = messages[-1].position
                began = clock()
                yield Gathered(messages, self._head)
                self._worked = max(self._worked, clock() - began)
            elif following is None or following.done():
                return
            else:
                await arrived.wait()

    def _behind(self, position: int) -> list[StoredMessage]:
        found: list[StoredMessage] = []
        for message in reversed(self._kept):
            if message.position <= position:
                break
            found.append(message)
        found.reverse()
        return found

    async def _follow(self, anchor: Anchor) -> None:
        """Keep the newest messages. What goes wrong is found out by each projection, which then follows by itself."""
        try:
            async with aclosing(self._log.follow_with_process(anchor)) as batches:
                async for batch in batches:
                    self._keep(batch)
                    pause, self._worked = _PAUSE_FOR_WORK * self._worked, 0.0
                    await asyncio.sleep(min(max(_SHORTEST_PAUSE_SECONDS, pause), _LONGEST_PAUSE_SECONDS))
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not end the projections
            _log.info("the newest events are followed no longer: %s", type(error).__name__)
        finally:
            if self._following is asyncio.current_task():
                self._following = None
            self._wake()

    def _keep(self, batch: Batch) -> None:
        self._head = batch.head
        if batch.messages:
            self._kept.extend(map(ReadOnce._make, batch.messages))
            while len(self._kept) > _KEPT_MESSAGES:
                self._begin = self._kept.popleft().position
            self._wake()

    def _wake(self) -> None:
        self._arrived.set()
        self._arrived = asyncio.Event()
