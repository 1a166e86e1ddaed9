"""The FastStream broker on Cairn's own connection."""

from collections.abc import Awaitable, Callable
from typing import Any

from faststream import AckPolicy
from faststream.nats import NatsBroker, NatsMessage
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import SlowConsumerError

from events.log import connect
from events.log.client.connection import log_error
from services.reply_subjects import may_be_answered


class Broker(NatsBroker):
    """A broker that connects as every other part of Cairn does: one that no message can silence, and patiently.

    FastStream has no public way to bring a client; `_connect` is its one place where a client is made.

    Args:
        dropped: Called with the reply subject of a message for which there was no room any more. nats-py would drop it
            without a word to its sender.
    """

    def __init__(self, url: str, *, name: str, dropped: Callable[[str], None]):
        super().__init__(url.split(","), name=name, parser=_answerable, logger=None)
        self._url = url
        self._name = name
        self._dropped = dropped

    def hear(self, subject: str, queue: str, limit: int, take: Callable[[Msg], None]) -> None:
        """Hand over each message on a subject as it arrives, one of a queue group's members at a time.

        FastStream subscribes when the broker starts, and lets go when it stops. What it would do around each message
        is left out: contexts, middlewares, parsing and two log lines, none of which anybody here asks for. They cost
        a fifth of what a whole submission costs, and there is no public way to do without them.

        Args:
            limit: How many messages may wait to be handed over.
            take: Must not raise.
        """

        # FastStream would describe nats-py's own class to the world, and cannot.
        async def consume(msg: Any) -> None:
            if subscriber.running:
                take(msg)

        # Core NATS has no acknowledgements, so FastStream need not watch over them.
        subscriber = self.subscriber(
            subject, queue=queue, pending_msgs_limit=limit, no_reply=True, ack_policy=AckPolicy.MANUAL
        )
        subscriber(consume)
        subscriber.consume = consume  # type: ignore[method-assign]

    async def _connect(self) -> Client:
        connection = await connect(self._url, name=self._name, on_error=self._hear)
        self.config.connect(connection)
        return connection

    async def _hear(self, error: Exception) -> None:
        if isinstance(error, SlowConsumerError):
            self._dropped(error.reply)
        else:
            await log_error(error)


async def _answerable(message: Msg, read: Callable[[Msg], Awaitable[NatsMessage]]) -> NatsMessage:
    """A message that FastStream is to handle: where an answer would do harm, none is given."""
    found = await read(message)
    if not may_be_answered(found.reply_to):
        found.reply_to = ""
    return found
