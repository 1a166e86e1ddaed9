"""A log that is a list, for those who read it byte for byte."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

from events.log import RawBatch
from events.log.anchor import Anchor, LogReplaced
from events.raw_message import RawMessage

STREAM = "CAIRN_LOG"


class LogInMemory:
    """A log. Messages may be taken out of it; their positions stay empty.

    Attributes:
        messages: By position.
    """

    def __init__(self, count: int = 0):
        self.messages: dict[int, RawMessage] = {}
        self.end = 0
        self._grown = asyncio.Event()
        self.add(count)

    def add(self, count: int = 1, words: str = "") -> None:
        """Record messages."""
        for _ in range(count):
            self.end += 1
            body = f'{{"text":"{words}{self.end}"}}'.encode()
            subject = f"cairn.log.northside.pt-{self.end}.plan"
            headers = b"NATS/1.0\r\nce-id: %d\r\n\r\n" % self.end
            self.messages[self.end] = RawMessage(subject, self.end, 1_800_000_000_000_000_000 + self.end, headers, body)
        self._grown.set()

    async def follow_raw(
        self, after: int | Anchor = 0, *, every: float | None = None
    ) -> AsyncGenerator[RawBatch, None]:
        reached, caught_up = Anchor.of(after).position, False
        while True:
            if self.end < reached:
                raise LogReplaced(STREAM, reached, self.end)
            found = tuple(each for position, each in sorted(self.messages.items()) if position > reached)
            if found or not caught_up:
                caught_up = caught_up or not found
                reached = found[-1].position if found else reached
                yield RawBatch(found, self.end)
                continue
            self._grown.clear()
            await self._grown.wait()

    async def read_raw(self, subject: str, after: int = 0, until: int | None = None) -> AsyncIterator[list[RawMessage]]:
        last = self.end if until is None else until
        yield [each for position, each in sorted(self.messages.items()) if after < position <= last]

    async def raw_at(self, position: int) -> RawMessage | None:
        return self.messages.get(position)

    async def anchor(self, position: int) -> Anchor | None:
        return Anchor(position)

    async def head(self) -> int:
        return self.end
