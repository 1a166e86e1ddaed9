"""The newest messages of a stream as they come: what its server republishes once it is stored.

Nothing is promised here. A message may be missing, because the connection was lost or because another server became
the stream's leader, and it may come before a replica has it. Whoever listens sees it by the positions.
"""

from collections import deque
from collections.abc import Callable, Sequence

from nats.aio.subscription import Subscription

from events.envelope import StoredMessage
from events.log.client.direct_subscription import subscribe_raw
from events.log.client.jetstream_api import Json
from events.log.client.resilient import ResilientClient
from events.log.stored_message import MessageReader, NotStored

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


class LiveFeed:
    """The end of a stream, in a buffer without gaps: what comes behind a gap takes the place of what was before.

    Args:
        nc: A connection from :func:`events.log.connect`.
        in_order: Whether every position is to come. Otherwise only positions are noted, and no message is kept.
        arrived: Called whenever something has come.

    Attributes:
        subjects: What is listened to.
        head: The highest position that has come or was passed; 0 before the first.
        repeated: Whether a position has come that is not higher than that: another stream may be in its place.
    """

    def __init__(self, nc: ResilientClient, stream: str, *, in_order: bool, arrived: Callable[[], None]):
        self._nc = nc
        self._stream = stream
        self._read = MessageReader().read
        self._in_order = in_order
        self._arrived = arrived
        self._subscriptions: list[Subscription] = []
        self._waiting: deque[StoredMessage] = deque()
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

    def take(self, after: int, most: int) -> list[StoredMessage]:
        """The messages right behind a position, as many as are there; none when the next one is not."""
        waiting, taken = self._waiting, list[StoredMessage]()
        while waiting and waiting[0].position <= after:
            self._bytes -= len(waiting.popleft().data)
        if waiting and waiting[0].position == after + 1:
            taken += [waiting.popleft() for _ in range(min(most, len(waiting)))]
            self._bytes -= sum([len(message.data) for message in taken])
        return taken

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
            self._keep(message)
        self.head = max(self.head, message.position)
        self._arrived()

    def _keep(self, message: StoredMessage) -> None:
        behind_a_gap = message.position != self.head + 1
        if behind_a_gap or len(self._waiting) >= _MOST_MESSAGES or self._bytes > _MOST_BYTES:
            self._clear()
        self._waiting.append(message)
        self._bytes += len(message.data)

    def _clear(self) -> None:
        self._waiting.clear()
        self._bytes = 0
