"""The streams of the notices and of the alarms (scheduled messages), declared in one place.

    CAIRN_NOTICES   cairn.notice.ORG.PATIENT.GOAL          the notices that were given, and nothing else
    CAIRN_ALARMS    cairn.reminder.set.ORG.PATIENT.GOAL    the goal's alarm: a scheduled message, at most one
                    cairn.reminder.rung.ORG.PATIENT.GOAL   where the server puts it when its time has come, until it is
                                                           answered
                    cairn.reminder.mark                    up to which position of each stream of the log alarms are set

A stream with scheduled messages must allow purges and cannot have `discard: new`, so alarms are never in the log.
"""

from nats.aio.client import Client
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import APIError, NotFoundError

from events.identity import NOTICE
from events.log.stream import WrongStream, declare_stream

NOTICE_STREAM, ALARM_STREAM = "CAIRN_NOTICES", "CAIRN_ALARMS"
SET, RUNG, MARK = "cairn.reminder.set", "cairn.reminder.rung", "cairn.reminder.mark"
CONSUMER = "reminders"
_KEPT = ("subjects", "retention", "storage", "max_age", "max_msgs", "max_msgs_per_subject", "allow_direct")
_SCHEDULED = (*_KEPT, "allow_atomic", "allow_rollup_hdrs", "allow_msg_ttl", "allow_msg_schedules")
_OF_ALARMS = (f"{SET}.*.*.*", f"{RUNG}.*.*.*", MARK)
ACK_WAIT_SECONDS = 5.0
"""How long an alarm may be answered before another copy is given it."""


def notices_config(replicas: int = 1) -> StreamConfig:
    """The settings of the stream of notices. Notices are kept, as only they show what was given."""
    return StreamConfig(
        name=NOTICE_STREAM,
        description="Review notices of Cairn.",
        subjects=[f"{NOTICE}.*.*.*"],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        num_replicas=replicas,
        allow_direct=True,
    )


def alarms_config(replicas: int = 1) -> StreamConfig:
    """Alarms go when they have been answered; whatever is lost of them is set anew from the log."""
    return StreamConfig(
        name=ALARM_STREAM,
        description="The alarms by which review notices of Cairn come; nothing for readers.",
        subjects=list(_OF_ALARMS),
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        num_replicas=replicas,
        allow_direct=True,
        allow_atomic=True,
        allow_rollup_hdrs=True,
        allow_msg_ttl=True,
        allow_msg_schedules=True,
    )


def consumer_config() -> ConsumerConfig:
    """The consumer that all copies of the reminders service share: it delivers one alarm at a time to all of them, so
    that no two copies give the same notice.
    """
    return ConsumerConfig(
        name=CONSUMER,
        durable_name=CONSUMER,
        description="Answers alarms by giving notices.",
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=ACK_WAIT_SECONDS,
        max_ack_pending=1,
        max_deliver=-1,
        filter_subject=f"{RUNG}.*.*.*",
    )


async def declare_notices(nc: Client, replicas: int = 1, *, create: bool = True) -> int:
    """Make sure that the streams and the consumer exist; settings of the streams that an operator has changed stay.

    Args:
        create: Whether streams that are not there are made.

    Returns:
        How many alarms have rung and wait to be answered.

    Raises:
        WrongStream: when a stream will not do, with the settings that are wrong.
    """
    await _take_alarms_out(nc)
    await declare_stream(nc, notices_config(replicas), _KEPT, create=create)
    await declare_stream(nc, alarms_config(replicas), _SCHEDULED, create=create)
    consumer = await nc.jetstream(timeout=10).add_consumer(ALARM_STREAM, consumer_config())
    # One that was on its way to a service that has ended waits to be given out again.
    return (consumer.num_pending or 0) + (consumer.num_ack_pending or 0)


async def _take_alarms_out(nc: Client) -> None:
    """Leave notices alone in a stream that an earlier version made for notices and alarms.

    The alarms are set anew from the log, and what the stream says was given is not given again.

    Raises:
        WrongStream: this account may not change the stream.
    """
    js = nc.jetstream(timeout=10)
    try:
        config = (await js.stream_info(NOTICE_STREAM)).config
    except NotFoundError:
        return
    subjects = [subject for subject in config.subjects or () if subject not in _OF_ALARMS]
    if len(subjects) == len(config.subjects or ()):
        return
    try:
        await js.update_stream(config.evolve(subjects=subjects))
        await js.purge_stream(NOTICE_STREAM, subject="cairn.reminder.>")
        await js.delete_consumer(NOTICE_STREAM, CONSUMER)
    except NotFoundError:
        return
    except (APIError, TimeoutError) as error:
        raise WrongStream(
            f"The stream {NOTICE_STREAM} still holds alarms of an earlier version, and this account may not take them"
            f" out. The operator gives it the subjects {', '.join(subjects)} alone, and purges cairn.reminder.> there."
        ) from error
