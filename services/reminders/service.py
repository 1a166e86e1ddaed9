"""Reminders: review due, review overdue, on `cairn.notice.ORG.PATIENT.GOAL`.

The scheduler follows the log and sets alarms, which are scheduled messages in a stream of their own. The server sends
each when its time has come, and the notifier makes a notice of it. If that stream is lost, the mark is lost with it:
then the log is followed from its beginning. The stream of the notices shows which notices were given; if that is lost
too, notices for reviews that are due or overdue by then are given again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from faststream.nats.publisher.usecase import LogicPublisher
from nats.errors import Error as NatsError

from events.identity import NOTICE
from events.log import Log, LogUnavailable, LogUnreachable, connect
from events.log.client.jetstream_api import ApiRefused, ApiUnanswered
from events.log.client.resilient import ResilientClient
from events.log.placement import Placed
from events.log.run_until_first_ends import run_until_first_ends
from services.messaging.broker import Broker
from services.messaging.presence import answer_presence
from services.reminders.alarms import Alarms
from services.reminders.notifier import Notifier, notices_publisher
from services.reminders.reviews import Reviews
from services.reminders.scheduling import Scheduler
from services.reminders.stream import declare_notices
from services.settings import Settings

_log = logging.getLogger("cairn.reminders")
_RESTART_SECONDS = 1.0
Clock = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC)


async def _nobody() -> None:
    """For `others_first`: nobody goes first."""


async def serve(
    settings: Settings,
    ready: Callable[[str], None],
    clock: Clock = _now,
    others_first: Callable[[], Awaitable[object]] = _nobody,
) -> None:
    """Set alarms and give notices until cancelled.

    Args:
        clock: The clock by which reviews are due; alarms ring by the server's own clock.
        others_first: Waits for those on the same machine that go before a long way through the log.

    Raises:
        NotReachable: when there is no NATS server at the address.
        WrongStream: the stream of the notices, or of the alarms, is not as it has to be.
    """
    nc = await connect(settings.nats_address, name="cairn-reminders", log_api=settings.log_api_prefix)
    try:
        await run_until_first_ends(_serve(nc, settings, ready, clock, others_first))
    finally:
        await nc.close()


async def _serve(
    nc: ResilientClient,
    settings: Settings,
    ready: Callable[[str], None],
    clock: Clock,
    others_first: Callable[[], Awaitable[object]],
) -> None:
    await declare_notices(nc, settings.log_replicas, create=settings.may_make_streams)
    broker = Broker(nc)
    answer_presence(broker, "reminders")
    notices = notices_publisher(broker)
    await broker.start()
    ready(f"reminders: giving {NOTICE}.ORG.PATIENT.GOAL")
    reviews = Reviews(nc, settings.placement, settings.notice_hour)
    try:
        while True:
            await _work(nc, settings, reviews, notices, clock, others_first)
            await asyncio.sleep(_RESTART_SECONDS)
    finally:
        await broker.stop()
        await reviews.close()


async def _work(
    nc: ResilientClient,
    settings: Settings,
    reviews: Reviews,
    notices: LogicPublisher,
    clock: Clock,
    others_first: Callable[[], Awaitable[object]],
) -> None:
    """Work until the server or a stream cannot be used. What is remembered of reviews stays for the next time."""
    logs, alarms = Placed(settings.placement, lambda stream: Log(nc, stream)), Alarms(nc)
    teller = Notifier(nc, reviews, alarms, notices, clock)
    try:
        waiting = await declare_notices(nc, settings.log_replicas, create=settings.may_make_streams)
        scheduler = Scheduler(logs, reviews, alarms, clock, others_first, waiting)
        await run_until_first_ends(scheduler.run(), teller.run())
    except (NatsError, ApiRefused, ApiUnanswered, LogUnavailable, LogUnreachable, TimeoutError) as trouble:
        _log.warning("notices have to wait: %s", type(trouble).__name__)
    finally:
        for each in (teller, alarms, *logs):
            await each.close()
