"""The stream that keeps the records of readings, declared by the service that reads it (`cairn serve access`)."""

from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig

from events.access_record import ACCESS, ACCESS_STREAM
from events.log.client.resilient import ResilientClient
from events.log.stream import declare_stream

_DAY_SECONDS = 24 * 60 * 60
_NEEDED = ("subjects", "storage", "retention", "discard", "deny_delete", "deny_purge", "allow_direct")
"""The settings that an existing stream must share with what is declared here."""


def access_config(replicas: int = 1, keep_days: int | None = None) -> StreamConfig:
    """How the records are kept: on the disk, in order, each until its age ends it, and none deleted before.

    A full stream refuses new records (`discard: new`) instead of forgetting old ones.

    Args:
        replicas: How many servers of a cluster keep it.
        keep_days: After how many days a record goes; None for never.
    """
    return StreamConfig(
        name=ACCESS_STREAM,
        description="Who read what about which patients.",
        subjects=[f"{ACCESS}.*"],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.NEW,
        max_age=keep_days * _DAY_SECONDS if keep_days else None,
        num_replicas=replicas,
        deny_delete=True,
        deny_purge=True,
        allow_direct=True,
    )


async def declare_access(
    nc: ResilientClient, replicas: int = 1, keep_days: int | None = None, *, create: bool = True
) -> None:
    """Make sure that the stream is there. An existing one keeps the age and the replicas that its operator gave it.

    Raises:
        WrongStream: a stream of this name cannot keep the records; the text names the settings that are wrong.
    """
    await declare_stream(nc, access_config(replicas, keep_days), _NEEDED, create=create, api=nc.api_of(ACCESS_STREAM))
