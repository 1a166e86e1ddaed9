"""The streams of durable submission: one for waiting submissions, one for refused ones."""

from nats.aio.client import Client
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import NotFoundError

from events.envelope import MAX_EVENT_BYTES
from events.errors import CairnError
from events.identity import INTAKE, REJECTED

INTAKE_STREAM = "CAIRN_INTAKE"
REJECTED_STREAM = "CAIRN_REJECTED"
CONSUMER = "intake"
ACK_WAIT_SECONDS = 30.0
_MAX_HEADER_BYTES = 32 * 1024
_MAX_ACK_PENDING = 1000


class WrongStream(CairnError):
    """A stream of this name exists, but is not fit for durable submission."""


def intake_config(replicas: int = 1) -> StreamConfig:
    """The stream of waiting submissions. A submission is removed once its outcome is known, and never before."""
    return StreamConfig(
        name=INTAKE_STREAM,
        description="Durable submissions that wait for their outcome.",
        subjects=[f"{INTAKE}.*.*.*"],
        retention=RetentionPolicy.WORK_QUEUE,
        storage=StorageType.FILE,
        discard=DiscardPolicy.NEW,
        max_msg_size=MAX_EVENT_BYTES + _MAX_HEADER_BYTES,
        num_replicas=replicas,
    )


def rejected_config(replicas: int = 1) -> StreamConfig:
    """The stream of refused submissions, unchanged, until an operator removes them."""
    return StreamConfig(
        name=REJECTED_STREAM,
        description="Durable submissions that were refused: the original bytes, the code and the detail.",
        subjects=[f"{REJECTED}.*.*.*"],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.NEW,
        max_msg_size=MAX_EVENT_BYTES + 2 * _MAX_HEADER_BYTES,
        num_replicas=replicas,
        allow_direct=True,
    )


def consumer_config() -> ConsumerConfig:
    """The consumer that intake services share. It delivers each waiting submission until it is acknowledged."""
    return ConsumerConfig(
        name=CONSUMER,
        durable_name=CONSUMER,
        description="Carries durable submissions to the goals service.",
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=ACK_WAIT_SECONDS,
        max_ack_pending=_MAX_ACK_PENDING,
        max_deliver=-1,
        filter_subject=f"{INTAKE}.*.*.*",
    )


async def declare_intake(nc: Client, replicas: int = 1) -> None:
    """Make sure that both streams and the consumer are there.

    Existing streams are left as their operator configured them, if they can do their work.

    Raises:
        WrongStream: a stream cannot do its work; the message names the settings that are wrong.
    """
    js = nc.jetstream(timeout=10)
    for wanted in (intake_config(replicas), rejected_config(replicas)):
        name = str(wanted.name)
        try:
            found = (await js.stream_info(name)).config
        except NotFoundError:
            found = (await js.add_stream(wanted)).config
        needed = ("subjects", "retention", "storage", "discard")
        wrong = [setting for setting in needed if getattr(found, setting) != getattr(wanted, setting)]
        if wrong:
            raise WrongStream(
                f"The stream {name} is not fit for intake: correct its {', '.join(wrong)} to what Cairn declares."
            )
    await js.add_consumer(INTAKE_STREAM, consumer_config())
