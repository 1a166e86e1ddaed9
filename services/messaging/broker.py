"""The FastStream broker on Cairn's own connection."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from types import TracebackType
from typing import Any

from faststream import AckPolicy
from faststream.nats import NatsBroker, NatsMessage
from faststream.nats.subscriber.usecases import CoreSubscriber, LogicSubscriber
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import SlowConsumerError
from pydantic_core import from_json

from events.log.client.connection import flush, log_error
from events.log.client.direct_subscription import hand_over_directly
from events.log.client.resilient import ResilientClient
from services.messaging.counting import Counts
from services.messaging.handling import Handling
from services.reply_subjects import may_be_answered

Handler = Callable[..., Awaitable[object]]
Consume = Callable[[Msg], Coroutine[Any, Any, Any]]  # as FastStream has it
FINISH_SECONDS = 5.0
"""How long messages that were taken have to be answered when a service ends, while NATS is there."""
_NOWHERE = "This broker describes its subscribers and publishers; it has no connection."


class Broker(NatsBroker):
    """A broker that uses Cairn's own connection, which no malformed message can break and which reconnects for ever.

    FastStream has no public way to use another client, so this class overrides `_connect`, where the client is made.

    Args:
        nc: A connection from :func:`events.log.connect`, which stays with its owner: a broker that is stopped leaves it
            open. Without one the broker cannot be started; what is registered on it can be described.

    Attributes:
        counts: What became of the messages that handlers have taken.
    """

    def __init__(self, nc: ResilientClient | None = None):
        self.counts = Counts()
        self._answering: set[str] = set()
        super().__init__(
            parser=_answerable,
            decoder=_decoded,
            middlewares=(Handling.of(self.counts, self._answering),),
            graceful_timeout=FINISH_SECONDS,
            logger=None,
        )
        self._nc = nc
        self._heard: list[tuple[CoreSubscriber, Callable[[Msg], None]]] = []

    def answer(
        self, subject: str, handler: Handler, *, queue: str = "", at_once: int = 1, title: str, says: str
    ) -> None:
        """Answer what is asked on a subject with what a handler gives back.

        This is for what is not that hot: what is around a handler takes about 140 µs of CPU for each request.

        Args:
            handler: What it takes and gives is said by its types. What it raises is answered, too.
            queue: The queue group, of which one member answers.
            at_once: How many requests are handled at the same time; more wait at the server's pace.
            title: What the channel is called in the AsyncAPI document, and counted by.
            says: What it is for.
        """
        self._answering.add(title)
        subscriber = self.subscriber(subject, queue=queue, title=title, description=says)
        subscriber(handler)
        if at_once > 1:
            # FastStream's own workers (`max_workers`) take twice the time of all the rest of a request (0.7.8).
            subscriber.consume = _at_once(at_once, subscriber.consume)  # type: ignore[assignment, method-assign]

    def hear(self, subject: str, queue: str, limit: int, take: Callable[[Msg], None], *, title: str, says: str) -> None:
        """Call `take` with each message on a subject as it arrives; one member of the queue group gets it.

        This is for what comes by thousands a second. What FastStream does around each message (contexts, middlewares,
        parsing, two log lines) is left out: it takes a fifth of the time of a whole submission, and FastStream has no
        public way to leave it out. Nor does a message wait in nats-py's queue: from :meth:`start` on it is handed over
        as soon as it is read.

        Args:
            limit: How many messages may wait to be handed over until then.
            take: Must not raise.
            title: What the channel is called in the AsyncAPI document.
            says: What it is for.
        """

        # The type is Any, because FastStream fails to describe nats-py's message class in its AsyncAPI document.
        async def consume(msg: Any) -> None:
            if subscriber.running:
                take(msg)

        # Core NATS has no acknowledgements, so FastStream has nothing to acknowledge.
        subscriber = self.subscriber(
            subject,
            queue=queue,
            pending_msgs_limit=limit,
            no_reply=True,
            ack_policy=AckPolicy.MANUAL,
            title=title,
            description=says,
        )
        subscriber(consume)
        subscriber.consume = consume  # type: ignore[method-assign]
        self._heard.append((subscriber, take))

    async def start(self) -> None:
        """Subscribe, and return when the server knows it: from then on messages are heard."""
        await super().start()
        for subscriber, take in self._heard:
            if subscriber.subscription is not None:
                hand_over_directly(subscriber.subscription, take)
        await flush(self._owners_connection)

    async def stop(
        self,
        exc_type: type[BaseException] | None = None,
        exc_val: BaseException | None = None,
        exc_tb: TracebackType | None = None,
    ) -> None:
        """Hear no more, and answer what was taken. While NATS is away nobody can be answered, and it ends at once."""
        if self._owners_connection.is_connected:
            with suppress(NatsError, TimeoutError):
                async with asyncio.timeout(FINISH_SECONDS):
                    await self._hear_what_is_on_its_way()
        else:
            self.config.broker_config.graceful_timeout = 0.0
        self._connection = None  # FastStream would drain it, and wait for NATS; but it is its owner's
        await super().stop(exc_type, exc_val, exc_tb)

    async def _hear_what_is_on_its_way(self) -> None:
        """Unsubscribe, and handle what the server had sent before it knew; FastStream alone would drop that."""
        for each in self.subscribers:
            if isinstance(each, LogicSubscriber) and each.subscription is not None:
                subscription, each.subscription = each.subscription, None
                await subscription.drain()  # type: ignore[attr-defined]  # nats-py's own, of whatever kind

    @property
    def _owners_connection(self) -> ResilientClient:
        if self._nc is None:
            raise RuntimeError(_NOWHERE)
        return self._nc

    async def _connect(self) -> ResilientClient:
        self.config.connect(self._owners_connection)
        return self._owners_connection


def _at_once(most: int, consume: Consume) -> Consume:
    """Handle messages at the same time, so many at most."""
    room = asyncio.Semaphore(most)
    handling: set[asyncio.Task[Any]] = set()

    def done(task: asyncio.Task[Any]) -> None:
        handling.discard(task)
        room.release()

    async def begin(msg: Msg) -> None:
        await room.acquire()
        task = asyncio.create_task(consume(msg))
        handling.add(task)
        task.add_done_callback(done)

    return begin


def telling(dropped: Callable[[str], None]) -> Callable[[Exception], Awaitable[None]]:
    """What a connection does with errors on the side, if its subscriptions may have more messages than they hold.

    Args:
        dropped: Called with the reply subject of a message that is dropped because too many wait; nats-py alone would
            not tell the sender.
    """

    async def hear(error: Exception) -> None:
        if isinstance(error, SlowConsumerError):
            dropped(error.reply)
        else:
            await log_error(error)

    return hear


async def _answerable(message: Msg, read: Callable[[Msg], Awaitable[NatsMessage]]) -> NatsMessage:
    """A message for FastStream to handle, without its reply subject where an answer must not be sent to that."""
    found = await read(message)
    if not may_be_answered(found.reply_to):
        found.reply_to = ""
    return found


async def _decoded(message: NatsMessage) -> Any:  # JSON
    """What is in a body, whatever its sender calls it; what is no JSON stays as it is, and is no handler's argument."""
    try:
        return from_json(message.body)
    except ValueError:
        return message.body
