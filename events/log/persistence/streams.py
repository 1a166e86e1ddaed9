"""The streams of an application, declared in one place."""

from nats.js.api import DiscardPolicy, RePublish, RetentionPolicy, StorageType, StreamConfig

from events.log.client.resilient import ResilientClient
from events.log.persistence.names import Names
from events.log.stream import KEPT_FOR_EVER, declare_stream

EVENTS = "events"
TRACKING = "tracking"
PROCESSED = "processed"

_DELETABLE = ("subjects", "storage", "allow_direct", "allow_atomic")


async def declare(nc: ResilientClient, names: Names, purpose: str, *, replicas: int, create: bool) -> None:
    """Make sure that the stream for a purpose is there, and fit for it.

    Events are kept for ever. So is, in the same stream, what an application has processed: that shares its events'
    batches. Snapshots, and streams for purposes of one's own, may be thinned out or emptied. Of tracking, the
    latest of each application is kept.

    Raises:
        WrongStream: when it is not fit, or is missing and must not be made.
    """
    kept = purpose == EVENTS
    config = StreamConfig(
        name=names.stream(purpose),
        description=f"Written by events.log.persistence: {purpose}.",
        subjects=[f"{names.subjects(kind)}.*" for kind in ((EVENTS, PROCESSED) if kept else (purpose,))],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.OLD if purpose == TRACKING else DiscardPolicy.NEW,
        max_msgs_per_subject=1 if purpose == TRACKING else -1,
        num_replicas=replicas,
        deny_delete=kept,
        deny_purge=kept,
        allow_direct=True,
        allow_atomic=True,
        # For those who follow. A stream that was made without it is looked at again and again instead.
        republish=RePublish(*names.republished) if kept else None,
    )
    await declare_stream(
        nc, config, ("subjects", *KEPT_FOR_EVER) if kept else _DELETABLE, create=create, api=nc.log_api
    )
