"""Telling how far a projection is, so that whoever waits for a position need not ask the database over and over."""

import asyncio
import logging
from contextlib import suppress

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from pydantic import BaseModel, NonNegativeInt, ValidationError

from projections.engine.checkpoint import CheckpointKey
from projections.engine.naming import Place

CHECKPOINT = "cairn.checkpoint"
_log = logging.getLogger("cairn.projections")


class Announcement(BaseModel):
    """How far the tables of one place are, of the events of one stream."""

    stream: str
    place: Place
    position: NonNegativeInt


class Announcer:
    """Publishes and hears `cairn.checkpoint.NAME`, whose payload is an :class:`Announcement`."""

    def __init__(self, nc: Client, projection: str):
        self._nc = nc
        self._subject = f"{CHECKPOINT}.{projection}"

    async def announce(self, key: CheckpointKey, position: int) -> None:
        """Say that everything up to a position is in the tables. Only a hint: what is not heard can be looked up."""
        said = Announcement.model_construct(stream=key.stream, place=key.place, position=position)
        try:
            await self._nc.publish(self._subject, said.model_dump_json().encode())
        except (NatsError, OSError) as error:
            _log.debug("%s not announced: %s", self._subject, type(error).__name__)

    async def silence(self, key: CheckpointKey, seconds: float) -> None:
        """Return once nobody has announced anything of this build and stream for so long."""
        heard = asyncio.Event()

        async def hear(message: Msg) -> None:
            with suppress(ValidationError):
                said = Announcement.model_validate_json(message.data)
                if (said.stream, said.place) == (key.stream, key.place):
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
