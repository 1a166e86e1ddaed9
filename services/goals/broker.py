"""The FastStream broker on Cairn's own connection."""

from collections.abc import Callable

from faststream.nats import NatsBroker
from nats.aio.client import Client
from nats.errors import SlowConsumerError

from events.log import connect
from events.log.connection import log_error


class Broker(NatsBroker):
    """A broker that connects as every other part of Cairn does: one that no message can silence, and patiently.

    FastStream has no public way to bring a client; `_connect` is its one place where a client is made.

    Args:
        dropped: Called with the reply subject of a message for which there was no room any more. nats-py would drop it
            without a word to its sender.
    """

    def __init__(self, url: str, *, name: str, dropped: Callable[[str], None]):
        super().__init__(url.split(","), name=name, apply_types=False, logger=None)
        self._url = url
        self._name = name
        self._dropped = dropped

    async def _connect(self) -> Client:
        connection = await connect(self._url, name=self._name, on_error=self._hear)
        self.config.connect(connection)
        return connection

    async def _hear(self, error: Exception) -> None:
        if isinstance(error, SlowConsumerError):
            self._dropped(error.reply)
        else:
            await log_error(error)
