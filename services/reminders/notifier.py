"""Answering alarms: a notice about the goal's review is given once, and the goal's next alarm is set."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from time import monotonic

from faststream.nats import JStream
from faststream.nats.publisher.usecase import LogicPublisher
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeout
from nats.js.errors import APIError, NotFoundError

from events.identity import NOTICE, GoalId, parse_subject
from events.log import LogUnreachable, WrongVersion
from events.log.client.jetstream_api import ApiRefused, Json, ask_api
from events.log.client.replies import Replies
from events.log.client.resilient import ResilientClient
from events.log.message import is_wrong_sequence
from events.log.reading import DirectReader
from services.messaging.broker import Broker
from services.reminders.alarms import Alarms
from services.reminders.notice import Notice, current, upcoming
from services.reminders.reviews import Reviews
from services.reminders.stream import ACK_WAIT_SECONDS, ALARM_STREAM, CONSUMER, NOTICE_STREAM, RUNG

_log = logging.getLogger("cairn.reminders")
_FETCH_SECONDS = 5.0
_SERVER_ANSWER_SECONDS = 10.0
_REDELIVERY_SECONDS = 0.5
_NO_MESSAGE = 10057
_STILL_ANSWERING_SECONDS = 2.0
"""How often the server is told, while the log is being followed to its end, that an alarm is being answered."""


def notices_publisher(broker: Broker) -> LogicPublisher:
    """What publishes notices on `cairn.notice.ORG.PATIENT.GOAL`, into their stream, which is declared elsewhere."""
    return broker.publisher(
        f"{NOTICE}.{{org}}.{{patient}}.{{goal}}",
        stream=JStream(NOTICE_STREAM, declare=False),
        timeout=_SERVER_ANSWER_SECONDS,
        schema=Notice,
        title="notice",
        description="A goal's review is due, or overdue: ids and dates, and no text of a patient.",
    )


class Notifier:
    """Gives a notice when an alarm has rung.

    An alarm only names a goal. The notice is made from the log as it is when the alarm rings, so an alarm for a review
    that has moved gives no notice. A notice that is in the stream already is not given again, so an alarm that rings
    twice (which happens when nats-server is killed while it sends the alarm) gives one notice.

    Args:
        notices: What publishes them: :func:`notices_publisher`.
    """

    def __init__(
        self,
        nc: ResilientClient,
        reviews: Reviews,
        alarms: Alarms,
        notices: LogicPublisher,
        clock: Callable[[], datetime],
    ):
        self._nc = nc
        self._notices = notices
        self._js = nc.jetstream(timeout=_SERVER_ANSWER_SECONDS)
        self._replies = Replies(nc)
        self._reader = DirectReader(nc, self._replies, NOTICE_STREAM)
        self._reviews = reviews
        self._alarms = alarms
        self._clock = clock

    async def run(self) -> None:
        """Answer alarms, one after another, for ever.

        Raises:
            NatsError, LogUnreachable, LogUnavailable: the server or the log does not answer now.
        """
        # nats-py's fetch is safe here, because only the server and this service write the messages that it fetches.
        rung = await self._js.pull_subscribe_bind(consumer=CONSUMER, stream=ALARM_STREAM)
        try:
            while True:
                with suppress(NatsTimeout):
                    for alarm in await rung.fetch(1, timeout=_FETCH_SECONDS):
                        await self._answer(alarm)
        finally:
            with suppress(NatsError):
                await rung.unsubscribe()

    async def close(self) -> None:
        """Stop listening for replies."""
        await self._replies.close()

    async def _answer(self, alarm: Msg) -> None:
        try:
            await self._look_at(parse_subject(RUNG, alarm.subject), alarm)
        except WrongVersion:
            await alarm.nak()  # an event was recorded meanwhile; look at the goal again
            return
        except asyncio.CancelledError:
            await alarm.nak()  # another copy answers it, or this one after its next start
            raise
        except (NatsError, LogUnreachable, TimeoutError) as error:
            _log.warning("a notice has to wait: %s", type(error).__name__)
            await alarm.nak(_REDELIVERY_SECONDS)
            raise
        await alarm.ack()
        try:
            await ask_api(self._nc, f"STREAM.MSG.DELETE.{ALARM_STREAM}", _to_delete(alarm))
        except ApiRefused as error:
            if error.err_code != _NO_MESSAGE:  # the alarm has rung again meanwhile, in the place of this one
                raise

    async def _look_at(self, goal_id: GoalId, alarm: Msg) -> None:
        # The positions of the alarm and the last notice are read before the log, so that a later change is noticed.
        looked_at = monotonic()
        place, last = await asyncio.gather(self._alarms.place(goal_id), self._last_notice(goal_id))
        while not await self._reviews.is_up_to_date(goal_id, _STILL_ANSWERING_SECONDS):
            await alarm.in_progress()
        known = await self._reviews.of(goal_id)
        if known is None:
            return
        now = self._clock()
        if occasion := current(known, now):
            await self._tell(occasion.notice, now, last, looked_at)
        if occasion := upcoming(known, now):
            await self._alarms.set(place, occasion)

    async def _last_notice(self, goal_id: GoalId) -> int:
        """The position of the goal's last notice, as the stream's leader has it; 0 when there is none."""
        try:
            return (await self._js.get_last_msg(NOTICE_STREAM, goal_id.on(NOTICE), direct=False)).seq or 0
        except NotFoundError:
            return 0

    async def _tell(self, notice: Notice, now: datetime, last: int, looked_at: float) -> None:
        subject = notice.goal_id.on(NOTICE)
        given = await self._reader.until(subject, 0, last)
        if any(message.headers.get("ce-id") == notice.id for message in given):
            return
        # The stream refuses a second one, but who listens hears it nevertheless. Has this copy stood still for so long
        # that another one was given the alarm, that one may have told it since.
        while monotonic() - looked_at >= ACK_WAIT_SECONDS:
            looked_at = monotonic()
            if await self._last_notice(notice.goal_id) != last:
                raise WrongVersion("another notice was given meanwhile")
        headers = {**notice.headers(now), "Nats-Expected-Last-Subject-Sequence": str(last)}
        try:
            await self._notices.publish(notice, subject, headers, correlation_id=notice.id, stream=NOTICE_STREAM)
        except APIError as error:
            if is_wrong_sequence({"err_code": error.err_code}):
                raise WrongVersion("another notice was given meanwhile") from error
            raise


def _to_delete(alarm: Msg) -> Json:
    """Without erasing: for that the server writes a whole block anew, and what an alarm says stays in the log."""
    return {"seq": alarm.metadata.sequence.stream, "no_erase": True}
