"""Append recovery: finding out whether an append that is in doubt was stored."""

import asyncio
from collections.abc import Sequence

from events.envelope import StoredMessage
from events.log.client.resilient import ResilientClient
from events.log.failures import LogUnreachable
from events.log.leader import Leader
from events.log.message import Message
from events.log.reading import DirectReader

_RETRY_PAUSE_SECONDS = 0.1


class StillPossible(Exception):
    """The messages were not stored so far, but a connection that was lost since then may still deliver them."""


class AppendRecovery:
    """Finds out whether messages that were sent together, and never acknowledged, were stored.

    A server that runs out of room in the middle of an atomic batch stores what fits and the rest when it is started
    again (nats-server 2.15). Until then nothing of the batch can be called stored, nor not stored.

    Args:
        nc: The connection over which the messages were sent.
        seconds: How long the recovery may take.
    """

    def __init__(self, nc: ResilientClient, leader: Leader, reader: DirectReader, seconds: float):
        self._nc = nc
        self._leader = leader
        self._reader = reader
        self._seconds = seconds

    async def resolve(self, messages: Sequence[Message], sent_on: int) -> int | None:
        """Return the position of the first message; None when no message was stored, nor ever will be.

        Args:
            messages: The messages in the order in which they were sent. The first one carries the guard: once there
                is a newer message on its subject, the server stores none of them.
            sent_on: How many times the connection had been re-established when they were sent.

        Raises:
            StillPossible: The messages may still arrive. A second copy settles it, as the guard admits only one.
            TimeoutError: It could not be found out in the time that there was.
        """
        async with asyncio.timeout(self._seconds):
            while True:
                try:
                    return await self._resolve(messages, sent_on)
                except LogUnreachable:
                    await asyncio.sleep(_RETRY_PAUSE_SECONDS)

    async def _resolve(self, messages: Sequence[Message], sent_on: int) -> int | None:
        first, *others = messages
        expected = first.expected
        last = await self._leader.last(first.subject)
        await self._last_batch_is_whole()
        if last <= (expected or 0):
            if expected is not None and self._nc.stats["reconnects"] != sent_on:
                raise StillPossible
            return None
        for stored in await self._reader.until(first.subject, expected or 0, last):
            if _is(stored, first):
                await self._followed_by(stored.position, others)
                return stored.position
        return None

    async def _last_batch_is_whole(self) -> None:
        newest = await self._reader.newest(">")
        if newest is not None and "Nats-Batch-Id" in newest.headers and "Nats-Batch-Commit" not in newest.headers:
            raise LogUnreachable("The log ends in the middle of a batch.")

    async def _followed_by(self, position: int, messages: Sequence[Message]) -> None:
        there = await self._reader.after(">", position, len(messages)) if messages else []
        if len(there) < len(messages) or not all(map(_is, there, messages)):
            raise LogUnreachable("The log holds a part of what was to be stored together.")


def _is(stored: StoredMessage, message: Message) -> bool:
    return stored.subject == message.subject and all(
        stored.headers.get(name) == value for name, value in message.headers.items()
    )
