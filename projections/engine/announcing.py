"""Telling how far a projection is, so that whoever waits for a position need not ask the database over and over."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from pydantic import BaseModel, NonNegativeInt, ValidationError

from events.log.anchor import LogReplaced
from events.log.client.resilient import ResilientClient
from events.log.comparison import COMPARE, REPLACED, LogComparison
from projections.engine.checkpoint import CheckpointKey
from projections.engine.naming import Slot

CHECKPOINT = "cairn.checkpoint"
_log = logging.getLogger("cairn.projections")


class Announcement(BaseModel):
    """How far the tables of one build are, of the events of one stream."""

    stream: str
    slot: Slot
    position: NonNegativeInt


class Announcer:
    """Publishes and hears `cairn.checkpoint.NAME`, whose payload is an :class:`Announcement`.

    On `cairn.replaced.NAME` it publishes each second, as a :class:`LogComparison`, whether the log is the one that the
    tables are of. If it is not, the goals service records nothing until the same projection says that it is. One that
    starts asks for the last of these on `cairn.compare.STREAM`.
    """

    def __init__(self, nc: ResilientClient, projection: str):
        self._nc = nc
        self._subject = f"{CHECKPOINT}.{projection}"
        self._projection = projection
        self._replaced = f"{REPLACED}.{projection}"
        self._compared: dict[str, bytes] = {}

    @asynccontextmanager
    async def answering(self) -> AsyncIterator[None]:
        """Answer meanwhile whoever asks how a stream compares with the tables, once that is known."""

        async def answer(question: Msg) -> None:
            comparison = self._compared.get(question.subject[len(COMPARE) + 1 :])
            if comparison and question.reply:
                with suppress(NatsError, OSError):
                    await self._nc.publish(question.reply, comparison)

        subscription = await self._nc.subscribe(f"{COMPARE}.*", cb=answer)
        try:
            yield
        finally:
            if not self._nc.is_closed:
                await subscription.unsubscribe()

    async def announce(self, key: CheckpointKey, position: int) -> None:
        """Say that everything up to a position is in the tables. Only a hint: what is not heard can be looked up."""
        said = Announcement.model_construct(stream=key.stream, slot=key.slot, position=position)
        await self._publish(self._subject, said.model_dump_json().encode())

    async def announce_replaced(self, found: LogReplaced) -> None:
        """Say that the log is another one than the tables are of."""
        await self._compare(found.stream, found.position, replaced=True, head=found.head)

    async def announce_same(self, key: CheckpointKey, position: int) -> None:
        """Say that the log is the one that the tables are of. What was objected to before counts no more."""
        await self._compare(key.stream, position, replaced=False)

    async def silence(self, key: CheckpointKey, seconds: float) -> None:
        """Return once nobody has announced anything of this build and stream for so long."""
        heard = asyncio.Event()

        async def hear(message: Msg) -> None:
            with suppress(ValidationError):
                announcement = Announcement.model_validate_json(message.data)
                if (announcement.stream, announcement.slot) == (key.stream, key.slot):
                    heard.set()

        subscription = await self._nc.subscribe(self._subject, cb=hear)
        try:
            while True:
                heard.clear()
                try:
                    async with asyncio.timeout(seconds):
                        await heard.wait()
                except TimeoutError:
                    return
        finally:
            await subscription.unsubscribe()

    async def _compare(self, stream: str, position: int, *, replaced: bool, head: int = 0) -> None:
        comparison = LogComparison.model_construct(
            projection=self._projection, stream=stream, replaced=replaced, position=position, head=head
        )
        self._compared[stream] = comparison.model_dump_json().encode()
        await self._publish(self._replaced, self._compared[stream])

    async def _publish(self, subject: str, announcement: bytes) -> None:
        try:
            if self._nc.is_connected:
                self._nc.send(subject, {}, announcement)
            else:
                await self._nc.publish(subject, announcement)  # nats-py keeps it until there is a connection again
        except (NatsError, OSError) as error:
            _log.debug("%s not announced: %s", subject, type(error).__name__)
