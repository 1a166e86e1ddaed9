"""A subscription whose messages are handed over as they are read from the socket.

nats-py puts each message into a queue, out of which a task of the subscription's own takes it to call back. That is a
quarter of the time of following the log. The queue is a private part of nats-py; the lock pins the release.
"""

import asyncio
from collections.abc import Callable

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

Take = Callable[[Msg], None]


async def subscribe_straight(nc: Client, subject: str, take: Take) -> Subscription:
    """Subscribe to a subject on which nothing is sent before this returns.

    Args:
        take: Called with each message. It must be quick, and must not raise.
    """
    subscription = await nc.subscribe(subject, pending_bytes_limit=0)
    subscription._pending_queue = _Straight(take)
    return subscription


class _Straight(asyncio.Queue[Msg]):
    """Never holds anything."""

    def __init__(self, take: Take):
        super().__init__()
        self._take = take

    def put_nowait(self, item: Msg) -> None:
        self._take(item)
