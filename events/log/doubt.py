"""After a doubt about a write: was it stored?"""

import asyncio

from nats.aio.msg import Msg

from events.log.client import SturdyClient
from events.log.message import Message
from events.log.reading import DirectReader
from events.log.replies import Replies

_NEVER = 2**63 - 1
"""A position that no stream reaches."""


class Doubt:
    """Finds out what became of messages that were never acknowledged.

    A message that can never be accepted is sent behind the doubtful one. Its refusal comes from the same queue of the
    server, so by then the doubtful one has been stored or never will be, and reading back settles it.
    """

    def __init__(self, nc: SturdyClient, replies: Replies, reader: DirectReader, seconds: float):
        self._nc = nc
        self._replies = replies
        self._reader = reader
        self._seconds = seconds

    async def resolve(self, message: Message) -> int | None:
        """The position at which the message was stored; None when it was not and will not be.

        Raises:
            TimeoutError, OSError, nats.errors.Error, LogUnreachable: there is no telling now.
        """
        await self._barrier(message.subject)
        for stored in reversed(await self._reader.after(message.subject, 0)):
            if all(stored.headers.get(name) == value for name, value in message.headers.items()):
                return stored.position
        return None

    async def _barrier(self, subject: str) -> None:
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def take(_: Msg) -> None:
            if not answer.done():
                answer.set_result(None)

        reply = self._replies.expect(take)
        try:
            async with asyncio.timeout(self._seconds):
                self._nc.send(subject, {"Nats-Expected-Last-Subject-Sequence": str(_NEVER)}, b"", reply)
                await answer
        finally:
            self._replies.forget(reply)
