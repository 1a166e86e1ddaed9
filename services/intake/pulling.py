"""Pulls waiting submissions from CAIRN_INTAKE, no more at a time than may be in hand.

Written on core NATS, because nats-py's own `fetch` (and with it FastStream's pull subscriber) takes any message with a
header called `Status` for a message of the server: it drops the message and all that was fetched with it, again at each
redelivery, so that one such submission would block the queue for ever. Here a message of the server is one that comes
without a subject for its acknowledgement.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from pydantic_core import to_json

from events.log.cancellation import heed_cancellation
from services.intake.streams import CONSUMER, INTAKE_STREAM

_log = logging.getLogger("cairn.intake")

SUBMISSIONS_IN_HAND = 256
_PULL_SUBJECT = f"$JS.API.CONSUMER.MSG.NEXT.{INTAKE_STREAM}.{CONSUMER}"
_ACK_SUBJECT_PREFIX = "$JS.ACK."
_HEARTBEAT_STATUS = "100"
_NO_MESSAGES_STATUSES = ("404", "408")
"""No messages, and the request has expired."""
_PULL_EXPIRES_SECONDS = 30
_HEARTBEAT_SECONDS = 1
_SILENCE_SECONDS = 2.5
_PAUSE_AFTER_TROUBLE_SECONDS = 1.0
_FINISH_IN_HAND_SECONDS = 5.0


class Pull:
    """Pulls submissions and calls `forward` for each, for many at the same time.

    Args:
        nc: The connection.
        forward: Forwards one submission, and acknowledges it.
        repair: Called when the server reports trouble, such as a consumer that is gone.
    """

    def __init__(self, nc: Client, forward: Callable[[Msg], Awaitable[None]], repair: Callable[[], Awaitable[None]]):
        self._nc = nc
        self._forward = forward
        self._repair = repair
        self._in_hand: dict[asyncio.Future[None], Msg] = {}
        self._wanted = 0
        self._trouble: str | None = None
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Pull until cancelled. Submissions in hand then have a few seconds; the rest goes back to the stream."""
        inbox = self._nc.new_inbox()
        subscription = await self._nc.subscribe(inbox, cb=self._take)
        try:
            while True:
                heed_cancellation()
                while len(self._in_hand) >= SUBMISSIONS_IN_HAND:
                    await asyncio.wait(self._in_hand, return_when=asyncio.FIRST_COMPLETED)
                await self._pull(inbox)
        finally:
            with suppress(NatsError, TimeoutError):  # without the server, what is in hand is delivered again
                await self._finish(subscription)

    async def _pull(self, inbox: str) -> None:
        self._wanted = SUBMISSIONS_IN_HAND - len(self._in_hand)
        self._trouble = None
        request = {
            "batch": self._wanted,
            "expires": _PULL_EXPIRES_SECONDS * 1_000_000_000,
            "idle_heartbeat": _HEARTBEAT_SECONDS * 1_000_000_000,
        }
        try:
            await self._nc.publish(_PULL_SUBJECT, to_json(request), reply=inbox)
            while self._wanted > 0 and self._trouble is None:
                # Not wait_for: before Python 3.12 it may swallow a cancellation that meets the news.
                async with asyncio.timeout(_SILENCE_SECONDS):
                    await self._news.wait()
                self._news.clear()
        except TimeoutError:
            return  # the request is lost, as the server was: ask again
        except NatsError as error:
            self._trouble = type(error).__name__
        if self._trouble is not None:
            await self._wait_out(self._trouble)

    async def _wait_out(self, trouble: str) -> None:
        _log.warning("submissions cannot be pulled (%s); trying again", trouble)
        await asyncio.sleep(_PAUSE_AFTER_TROUBLE_SECONDS)
        try:
            await self._repair()
        except (NatsError, TimeoutError) as error:
            _log.warning("nor can the streams be declared: %s", type(error).__name__)

    async def _take(self, message: Msg) -> None:
        self._news.set()
        if message.reply.startswith(_ACK_SUBJECT_PREFIX):
            self._wanted -= 1
            forwarded = asyncio.ensure_future(self._forward(message))
            self._in_hand[forwarded] = message
            forwarded.add_done_callback(self._put_down)
            return
        status = (message.headers or {}).get("Status", "")
        if status in _NO_MESSAGES_STATUSES:
            self._wanted = 0
        elif status != _HEARTBEAT_STATUS:
            self._trouble = f"{status} {(message.headers or {}).get('Description', '')}".strip()

    def _put_down(self, forwarded: "asyncio.Future[None]") -> None:
        self._in_hand.pop(forwarded, None)
        error = None if forwarded.cancelled() else forwarded.exception()
        if error is not None:  # its text may hold a patient's words
            _log.error("a submission could not be forwarded: %s; it is delivered again", type(error).__name__)

    async def _finish(self, subscription: Subscription) -> None:
        if self._nc.is_connected:
            # What is on its way is taken in hand, too.
            await subscription.drain()  # type: ignore[no-untyped-call]  # nats-py leaves it unannotated
        if self._in_hand:
            await asyncio.wait(self._in_hand, timeout=_FINISH_IN_HAND_SECONDS)
        for forwarded, message in list(self._in_hand.items()):
            forwarded.cancel()
            if self._nc.is_connected and not message.is_acked:
                await message.nak()
        if self._nc.is_connected:
            await self._nc.flush()
