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
from nats.js.errors import APIError, NotFoundError

from events.envelope import MAX_EVENT_BYTES
from events.identity import INTAKE, REJECTED, WAITING
from events.log.stream import WrongStream, declare_stream

INTAKE_STREAM = "CAIRN_INTAKE"
REJECTED_STREAM = "CAIRN_REJECTED"
CONSUMER = "intake"
ACK_WAIT_SECONDS = 30.0
"""After how long without an acknowledgement a submission is delivered again."""
_MAX_HEADER_BYTES = 32 * 1024
_MAX_ACK_PENDING = 1000
"""How many submissions may be delivered and not yet acknowledged, to all intake services together."""
_OF_EARLIER_VERSIONS = f"{INTAKE}.*.*.*"
"""What the stream took in by itself before it was written who submits."""
_NEEDED = ("subjects", "retention", "storage", "discard")
"""The settings that an existing stream must share with those declared here."""


def intake_config(replicas: int = 1) -> StreamConfig:
    """The stream of waiting submissions. A submission is removed once its outcome is known, and never before."""
    return StreamConfig(
        name=INTAKE_STREAM,
        description="Durable submissions that wait for their outcome.",
        subjects=[f"{WAITING}.*.*.*"],
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
    )


async def declare_intake(nc: Client, replicas: int = 1, *, create: bool = True) -> None:
    """Make sure that both streams and the consumer exist.

    Existing streams stay as their operator has configured them, if the settings that intake needs are right.

    Args:
        create: Whether streams that are not there are made.

    Raises:
        WrongStream: a stream cannot be used; the text names the settings that are wrong.
    """
    await _rename_subjects(nc)
    for wanted in (intake_config(replicas), rejected_config(replicas)):
        await declare_stream(nc, wanted, _NEEDED, create=create)
    await nc.jetstream(timeout=10).add_consumer(INTAKE_STREAM, consumer_config())


async def _rename_subjects(nc: Client) -> None:
    """Let a stream that an earlier version made take in submissions under the subjects of this one.

    What waits in it under the earlier subjects stays there, and is forwarded like the rest.

    Raises:
        WrongStream: this account may not change the stream.
    """
    js = nc.jetstream(timeout=10)
    try:
        config = (await js.stream_info(INTAKE_STREAM)).config
        if config.subjects == [_OF_EARLIER_VERSIONS]:
            await js.update_stream(config.evolve(subjects=intake_config().subjects))
    except NotFoundError:
        return
    except (APIError, TimeoutError) as error:
        raise WrongStream(
            f"The stream {INTAKE_STREAM} still has the subjects of an earlier version, and this account may not change"
            f" them. The operator gives it {WAITING}.*.*.* in the place of {_OF_EARLIER_VERSIONS}; what waits in it"
            " stays there."
        ) from error
