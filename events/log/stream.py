"""The stream that is the log, declared in one place."""

from nats.aio.client import Client
from nats.js.api import DiscardPolicy, RePublish, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from events.errors import CairnError
from events.identity import FEED, LOG

STREAM = "CAIRN_LOG"
_MAX_MESSAGE_BYTES = 1024 * 1024


class WrongStream(CairnError):
    """A stream of this name exists, but is not fit to be the log."""


def log_config(stream: str = STREAM, replicas: int = 1) -> StreamConfig:
    """How the log is kept: for ever, in order, nothing deleted, republished to the feed once it is stored.

    `deny_delete` and `deny_purge` do not stop the deletion of the stream or a change of its configuration; account
    permissions do (deploy/).
    """
    return StreamConfig(
        name=stream,
        description="Every recorded event of Cairn, for ever and in order.",
        subjects=[f"{LOG}.*.*.*"],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.NEW,
        max_msg_size=_MAX_MESSAGE_BYTES,
        num_replicas=replicas,
        deny_delete=True,
        deny_purge=True,
        allow_direct=True,
        allow_atomic=True,
        republish=RePublish(src=f"{LOG}.>", dest=f"{FEED}.>"),
    )


async def declare_log(nc: Client, stream: str = STREAM, replicas: int = 1) -> None:
    """Make sure that the log's stream is there.

    An existing stream is left as its operator configured it, if it can be the log.

    Raises:
        WrongStream: when it cannot, with the settings that are wrong.
    """
    js = nc.jetstream(timeout=10)
    try:
        found = (await js.stream_info(stream)).config
    except NotFoundError:
        found = (await js.add_stream(log_config(stream, replicas))).config
    wanted = log_config(stream)
    needed = ("subjects", "discard", "deny_delete", "deny_purge", "allow_direct", "allow_atomic", "storage")
    wrong = [name for name in needed if getattr(found, name) != getattr(wanted, name)]
    if found.max_age or (found.max_msgs or -1) > 0 or found.republish is None:
        wrong.append("limits or republish")
    if wrong:
        raise WrongStream(f"The stream {stream} cannot be the log; its {', '.join(wrong)} must be as declared.")
