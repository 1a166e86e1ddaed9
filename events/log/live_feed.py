"""The newest messages of a stream as they come: what its server republishes once it is stored.

Nothing is promised here. A message may be missing, because the connection was lost or because another server became
the stream's leader, and it may come before a replica has it. Whoever listens sees it by the positions.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic

from nats.aio.subscription import Subscription

from events.log.client.direct_subscription import subscribe_raw
from events.log.client.jetstream_api import Json
from events.log.client.resilient import ResilientClient
from events.log.handed_out import M, NotStored, Read

_MOST_MESSAGES = 2000
_MOST_BYTES = 4 * 1024 * 1024
"""What may wait for a slow reader. Beyond that all of it is dropped; the reader finds it in the stream."""


def feed_subjects(config: Json, subject: str | None = None) -> tuple[str, ...]:
    """Where a stream republishes its messages; empty when it does not, or in a way that Cairn does not use.

    Args:
        config: The stream's configuration in the server's own words.
        subject: The subject of the stream that is of interest (wildcards allowed); all of them when there is none.
    """
    republish = config.get("republish") or {}
    source, destination = republish.get("src", ""), republish.get("dest", "")
    if not source.endswith(".>") or not destination.endswith(".>"):
        return ()
    stored = [subject] if subject else config.get("subjects", ())
    begin, instead = source[:-1], destination[:-1]
    return tuple(f"{instead}{each[len(begin) :]}" for each in stored if each.startswith(begin))


class LiveFeed(Generic[M]):
    """The end of a stream, in a buffer without gaps: what comes behind a gap takes the place of what was before.

    Args:
        nc: A connection from :func:`events.log.connect`.
        read: Reads a message.
        in_order: Whether every position is to come. Otherwise only positions are noted, and no message is kept.
        arrived: Called whenever something has come.

    Attributes:
        subjects: What is listened to.
        head: The highest position that has come or was passed; 0 before the first.
        repeated: Whether a position has come that is not higher than that: another stream may be in its place.
    """

    def __init__(self, nc: ResilientClient, stream: str, read: Read[M], *, in_order: bool, arrived: Callable[[], None]):
        self._nc = nc
        self._stream = stream
        self._read = read
        self._in_order = in_order
        self._arrived = arrived
        self._subscriptions: list[Subscription] = []
        self._waiting: deque[tuple[M, int]] = deque()
        self._bytes = 0
        self.subjects: Sequence[str] = ()
        self.head = 0
        self.repeated = False

    async def listen(self, subjects: Sequence[str]) -> None:
        """Listen to these subjects and no others."""
        if tuple(subjects) == tuple(self.subjects):
            return
        await self.close()
        self.subjects = subjects
        for subject in subjects:
            self._subscriptions.append(await subscribe_raw(self._nc, subject, self._take))

    async def close(self) -> None:
        """Listen no more."""
        subscriptions, self._subscriptions, self.subjects = self._subscriptions, [], ()
        for subscription in subscriptions:
            if not self._nc.is_closed:
                await subscription.unsubscribe()
        self._clear()

    def pass_to(self, position: int) -> None:
        """Expect nothing up to a position any more."""
        self.head = max(self.head, position)

    def take(self, after: int, most: int) -> list[M]:
        """The messages right behind a position, as many as are there; none when the next one is not."""
        waiting = self._waiting
        while waiting and waiting[0][0].position <= after:
            self._next()
        if not waiting or waiting[0][0].position != after + 1:
            return []
        return [self._next() for _ in range(min(most, len(waiting)))]

    def _take(self, _: bytes, headers: bytes, data: bytes) -> None:
        try:
            found = self._read(headers, data)
        except NotStored:
            return
        message = found.message
        if found.stream != self._stream:
            return
        if message.position <= self.head:
            self.repeated = True
        elif self._in_order:
            self._keep(message, len(data))
        self.head = max(self.head, message.position)
        self._arrived()

    def _next(self) -> M:
        message, size = self._waiting.popleft()
        self._bytes -= size
        return message

    def _keep(self, message: M, size: int) -> None:
        behind_a_gap = message.position != self.head + 1
        if behind_a_gap or len(self._waiting) >= _MOST_MESSAGES or self._bytes > _MOST_BYTES:
            self._clear()
        self._waiting.append((message, size))
        self._bytes += size

    def _clear(self) -> None:
        self._waiting.clear()
        self._bytes = 0
