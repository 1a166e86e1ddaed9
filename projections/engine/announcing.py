"""Telling how far a projection is, so that whoever waits for a position need not ask the database over and over."""

import asyncio
import logging

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from pydantic_core import to_json

CHECKPOINT = "cairn.checkpoint"
_log = logging.getLogger("cairn.projections")


class Announcer:
    """Publishes and hears `cairn.checkpoint.NAME`, whose payload is `{"position": N}`."""

    def __init__(self, nc: Client, projection: str):
        self._nc = nc
        self._subject = f"{CHECKPOINT}.{projection}"

    async def announce(self, position: int) -> None:
        """Say that everything up to a position is in the tables. Only a hint: what is not heard can be looked up."""
        try:
            await self._nc.publish(self._subject, to_json({"position": position}))
        except (NatsError, OSError) as error:
            _log.debug("%s not announced: %s", self._subject, type(error).__name__)

    async def silence(self, seconds: float) -> None:
        """Return once nobody has announced anything for so long."""
        heard = asyncio.Event()

        async def hear(_message: Msg) -> None:
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
