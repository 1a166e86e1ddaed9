"""Replies from the server, matched to requests by the last token of one inbox.

nats-py's own `request` waits for one reply each; direct gets answer with many, and appends must not pay for a timer
and a task apiece.
"""

from collections.abc import Callable
from itertools import count

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from events.log.client.direct_subscription import subscribe_directly

Handler = Callable[[Msg], None]


class Replies:
    """One subscription that hands each reply to whoever asked."""

    def __init__(self, nc: Client):
        self._nc = nc
        self._inbox = nc.new_inbox()
        self._tokens = count(1)
        self._handlers: dict[str, Handler] = {}
        self._subscription: Subscription | None = None

    @property
    def is_open(self) -> bool:
        """Whether it listens."""
        return self._subscription is not None

    async def open(self) -> None:
        """Listen; does nothing when it listens already."""
        if self._subscription is None:
            self._subscription = await subscribe_directly(self._nc, f"{self._inbox}.*", self._deliver)

    async def close(self) -> None:
        """Listen no more."""
        if self._subscription is not None and not self._nc.is_closed:
            await self._subscription.unsubscribe()
        self._subscription = None

    def expect(self, handler: Handler) -> str:
        """A fresh reply subject; every message to it goes to `handler` until :meth:`forget`."""
        subject = f"{self._inbox}.{next(self._tokens)}"
        self._handlers[subject] = handler
        return subject

    def forget(self, subject: str) -> None:
        """Take no more messages on a reply subject."""
        self._handlers.pop(subject, None)

    def _deliver(self, message: Msg) -> None:
        handler = self._handlers.get(message.subject)
        if handler is not None:
            handler(message)


def status_of(message: Msg) -> str | None:
    """The inline status of a server message, such as 404 or 503; None for an ordinary one."""
    if message.headers is None or message.data:
        return None
    return message.headers.get("Status")
