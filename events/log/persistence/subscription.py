"""Following an application from a thread that blocks."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from threading import Lock
from typing import Any

from eventsourcing.persistence import ApplicationRecorder, InterfaceError, Notification, Subscription

from events.envelope import StoredMessage
from events.log.persistence.loop_thread import wait_for
from events.log.persistence.messages import to_notification, topic_of
from events.log.persistence.recorder import RecorderStream
from events.log.reading import Batch


class NATSSubscription(Subscription[ApplicationRecorder]):
    """Notifications in order, without a gap or a repeat, across reconnects and restarts of the server.

    A batch is fetched when the one before has been used up, so a slow reader keeps a bounded number in memory.
    Iterating blocks until there is something, or the subscription is stopped, from whatever thread.
    """

    def __init__(
        self,
        recorder: ApplicationRecorder,
        stream: RecorderStream,
        gt: int | None = None,
        topics: Sequence[str] = (),
    ):
        super().__init__(recorder, gt, topics)
        self._stream = stream
        self._after = gt or 0
        self._feed = _Feed(stream.sequences.follow(self._after))
        self._fetched: deque[StoredMessage] = deque()
        self._lock = Lock()
        self._fetching: Future[Batch] | None = None
        self._ending: Future[None] | None = None

    def __next__(self) -> Notification:
        while not self._has_been_stopped:
            if not self._fetched:
                self._fetch()
            elif self._topics and topic_of(self._fetched[0]) not in self._topics:
                self._fetched.popleft()
            else:
                # What cannot be read stays in its place: the next try must not pass over it.
                notification = to_notification(self._fetched[0])
                self._fetched.popleft()
                return notification
        raise StopIteration

    def stop(self) -> None:
        """End the iteration, also one that is waiting in another thread; does not wait itself."""
        with self._lock:
            if self._has_been_stopped:
                return
            super().stop()
        if self._fetching is not None:
            self._fetching.cancel()
        # Where the connection was closed before, there is nothing left to end.
        with suppress(InterfaceError):
            self._ending = self._stream.thread.submit(self._feed.close())

    # The arguments are the library's: an exception, if there was one.
    def __exit__(self, *args: object, **kwargs: Any) -> None:
        super().__exit__(*args, **kwargs)
        if self._ending is not None and not self._stream.thread.is_current():
            with suppress(InterfaceError):
                wait_for(self._ending)

    def _fetch(self) -> None:
        fetching = self._ask()
        if fetching is None:
            return
        try:
            batch = wait_for(fetching)
        except InterfaceError:
            if not self._has_been_stopped:
                raise
            return
        self._fetched.extend(
            message
            for message in batch.messages
            if message.position > self._after and message.subject.startswith(f"{self._stream.events}.")
        )

    def _ask(self) -> "Future[Batch] | None":
        """Ask for a batch, where :meth:`stop` can call it off."""
        with self._lock:
            if self._has_been_stopped:
                return None
            self._fetching = self._stream.thread.submit(self._feed.next())
            return self._fetching


class _Feed:
    """Batches as they are asked for; it lives on the event loop."""

    def __init__(self, batches: AsyncGenerator[Batch, None]):
        self._batches = batches
        self._lock = asyncio.Lock()

    async def next(self) -> Batch:
        async with self._lock:
            return await anext(self._batches)

    async def close(self) -> None:
        """End the batches, once the fetch that is under way has been given up."""
        async with self._lock:
            await self._batches.aclose()
