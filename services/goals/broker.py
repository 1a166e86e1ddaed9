"""The FastStream broker on Cairn's own connection."""

from faststream.nats import NatsBroker
from nats.aio.client import Client

from events.log import connect


class Broker(NatsBroker):
    """A broker that connects as every other part of Cairn does: one that no message can silence, and patiently.

    FastStream has no public way to bring a client; `_connect` is its one place where a client is made.
    """

    def __init__(self, url: str, *, name: str):
        super().__init__(url.split(","), name=name, apply_types=False, logger=None)
        self._url = url
        self._name = name

    async def _connect(self) -> Client:
        connection = await connect(self._url, name=self._name)
        self.config.connect(connection)
        return connection
