"""Subscriptions whose messages are handed over as soon as they are read.

nats-py takes each message through a queue and a task of the subscription's own, which is a large part of the time of
following the log. The queue is a private part of nats-py; the lock pins the release.
"""

import asyncio
from collections.abc import Callable

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

Take = Callable[[Msg], None]
TakeRaw = Callable[[bytes, bytes, bytes], None]
"""Called with the subject, the block of headers (empty when there is none), and the body."""


class DirectQueue(asyncio.Queue[Msg]):
    """The queue of a subscription that keeps no message: it hands each one over at once.

    Args:
        take: Called with each message.
    """

    def __init__(self, take: Take):
        super().__init__()
        self.take = take

    def put_nowait(self, item: Msg) -> None:
        """Hand a message over."""
        self.take(item)


class RawQueue(asyncio.Queue[Msg]):
    """The queue of a subscription that hands each message over as it came, before anything is made of it.

    Args:
        take: Called with each message. Only :class:`events.log.client.parser.WholeMessages` does so.
    """

    def __init__(self, take: TakeRaw):
        super().__init__()
        self.take = take


async def subscribe_directly(nc: Client, subject: str, take: Take) -> Subscription:
    """Subscribe to a subject on which nothing is sent before this returns.

    Args:
        take: Called with each message as soon as it is read. It must be quick: nothing else is read meanwhile.
    """
    return await _subscribe(nc, subject, DirectQueue(take))


def hand_over_directly(subscription: Subscription, take: Take) -> None:
    """Hand over each message of a subscription as soon as it is read; those that wait already at once.

    Args:
        take: As of :func:`subscribe_directly`.
    """
    waiting = subscription._pending_queue
    subscription._pending_queue = DirectQueue(take)
    while not waiting.empty():
        take(waiting.get_nowait())


async def subscribe_raw(nc: Client, subject: str, take: TakeRaw) -> Subscription:
    """Subscribe to a subject, and get its messages as they came; what is sent before this returns may be lost.

    Args:
        take: As of :func:`subscribe_directly`.
    """
    return await _subscribe(nc, subject, RawQueue(take))


async def _subscribe(nc: Client, subject: str, queue: DirectQueue | RawQueue) -> Subscription:
    subscription = await nc.subscribe(subject, pending_bytes_limit=0)
    subscription._pending_queue = queue
    return subscription
