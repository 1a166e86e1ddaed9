"""The FastStream broker on Cairn's own connection."""

from collections.abc import Awaitable, Callable
from typing import Any

from faststream import AckPolicy
from faststream.nats import NatsBroker, NatsMessage
from faststream.nats.subscriber.usecases import CoreSubscriber
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import SlowConsumerError

from events.log import connect
from events.log.client.connection import log_error
from events.log.client.direct_subscription import hand_over_directly
from services.reply_subjects import may_be_answered


class Broker(NatsBroker):
    """A broker that uses Cairn's own connection, which no malformed message can break and which reconnects for ever.

    FastStream has no public way to use another client, so this class overrides `_connect`, where the client is made.

    Args:
        dropped: Called with the reply subject of a message that is dropped because too many wait; nats-py alone would
            not tell the sender.
    """

    def __init__(self, url: str, *, name: str, dropped: Callable[[str], None]):
        super().__init__(url.split(","), name=name, parser=_answerable, logger=None)
        self._url = url
        self._name = name
        self._dropped = dropped
        self._heard: list[tuple[CoreSubscriber, Callable[[Msg], None]]] = []

    def hear(self, subject: str, queue: str, limit: int, take: Callable[[Msg], None]) -> None:
        """Call `take` with each message on a subject as it arrives; one member of the queue group gets it.

        FastStream subscribes when the broker starts, and unsubscribes when it stops. What FastStream does around each
        message (contexts, middlewares, parsing, two log lines) is left out: Cairn does not use it, and it takes a
        fifth of the time of a whole submission. FastStream has no public way to leave it out. Nor does a message wait
        in nats-py's queue: from :meth:`start` on it is handed over as soon as it is read.

        Args:
            limit: How many messages may wait to be handed over until then.
            take: Must not raise.
        """

        # The type is Any, because FastStream fails to describe nats-py's message class in its AsyncAPI document.
        async def consume(msg: Any) -> None:
            if subscriber.running:
                take(msg)

        # Core NATS has no acknowledgements, so FastStream has nothing to acknowledge.
        subscriber = self.subscriber(
            subject, queue=queue, pending_msgs_limit=limit, no_reply=True, ack_policy=AckPolicy.MANUAL
        )
        subscriber(consume)
        subscriber.consume = consume  # type: ignore[method-assign]
        self._heard.append((subscriber, take))

    async def start(self) -> None:
        """Subscribe."""
        await super().start()
        for subscriber, take in self._heard:
            if subscriber.subscription is not None:
                hand_over_directly(subscriber.subscription, take)

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
    """A message for FastStream to handle, without its reply subject where an answer must not be sent to that."""
    found = await read(message)
    if not may_be_answered(found.reply_to):
        found.reply_to = ""
    return found
