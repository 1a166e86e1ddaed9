"""The stream of the notices and of the alarms (scheduled messages), declared in one place.

    cairn.reminder.set.ORG.PATIENT.GOAL    the goal's alarm: a scheduled message, at most one
    cairn.reminder.rung.ORG.PATIENT.GOAL   where the server puts it when its time has come, until it is answered
    cairn.reminder.mark                    up to which position of each stream of the log alarms are set
    cairn.notice.ORG.PATIENT.GOAL          the notices that were given

A stream with scheduled messages must allow purges and cannot have `discard: new`, so alarms are never in the log.
"""

from nats.aio.client import Client
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, RetentionPolicy, StorageType, StreamConfig

from events.identity import NOTICE
from events.log.stream import declare_stream

NOTICE_STREAM = "CAIRN_NOTICES"
SET, RUNG, MARK = "cairn.reminder.set", "cairn.reminder.rung", "cairn.reminder.mark"
CONSUMER = "reminders"
_NEEDED = (
    *("subjects", "retention", "storage", "max_age", "max_msgs", "max_msgs_per_subject"),
    *("allow_direct", "allow_atomic", "allow_rollup_hdrs", "allow_msg_ttl", "allow_msg_schedules"),
)
_ACK_WAIT_SECONDS = 5.0


def notices_config(replicas: int = 1) -> StreamConfig:
    """The stream's settings. Notices are kept, as only they show what was given; answered alarms are deleted."""
    return StreamConfig(
        name=NOTICE_STREAM,
        description="Review notices of Cairn, and the alarms by which they come.",
        subjects=[f"{NOTICE}.*.*.*", f"{SET}.*.*.*", f"{RUNG}.*.*.*", MARK],
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
        ack_wait=_ACK_WAIT_SECONDS,
        max_ack_pending=1,
        max_deliver=-1,
        filter_subject=f"{RUNG}.*.*.*",
    )


async def declare_notices(nc: Client, replicas: int = 1) -> None:
    """Make sure that the stream and its consumer exist; settings that an operator has changed stay.

    Raises:
        WrongStream: when the stream will not do, with the settings that are wrong.
    """
    await declare_stream(nc, notices_config(replicas), _NEEDED)
    await nc.jetstream(timeout=10).add_consumer(NOTICE_STREAM, consumer_config())
