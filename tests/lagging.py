"""A replica that lags behind its leader, in place of the one that answers reads."""

from collections import Counter

from events.envelope import StoredMessage
from events.log.client.replies import Replies
from events.log.client.resilient import ResilientClient
from events.log.reading import DirectReader


class LaggingReader(DirectReader):
    """Has each message only for those who have asked for it often enough before.

    Attributes:
        lag: How often a message is missing when it is asked for, with all that is behind it.
    """

    lag = 3

    def __init__(self, nc: ResilientClient, replies: Replies, stream: str):
        super().__init__(nc, replies, stream)
        self._missing: Counter[int] = Counter()

    async def after(self, subject: str, position: int, limit: int | None = None) -> list[StoredMessage]:
        found = await super().after(subject, position, limit)
        missing = [place for place, message in enumerate(found) if self._missing[message.position] < self.lag]
        end = missing[0] if missing else len(found)
        self._missing.update(message.position for message in found[end:])
        return found[:end]

    async def at(self, position: int) -> StoredMessage | None:
        found = await super().at(position)
        if found is None or self._missing[position] >= self.lag:
            return found
        self._missing[position] += 1
        return None

    async def last(self, subjects: str) -> list[StoredMessage]:
        last = {message.subject: message for message in await self.after(subjects, 0)}
        return sorted(last.values(), key=lambda message: message.position)

    async def newest(self, subjects: str) -> StoredMessage | None:
        found = await self.after(subjects, 0)
        return found[-1] if found else None
