"""The stream that is the log, declared in one place, and how any stream that has to be just so is declared."""

from collections.abc import Iterable, Sequence
from copy import deepcopy

from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RePublish, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import APIError, NotFoundError

from events.errors import CairnError
from events.identity import FEED, LOG
from events.log.client.jetstream_api import Json
from events.log.client.resilient import JETSTREAM_API

STREAM = "CAIRN_LOG"
EVERYTHING = (f"{LOG}.*.*.*",)
"""The subjects of a stream that is the whole log."""
KEPT_FOR_EVER = (
    *("storage", "retention", "discard", "deny_delete", "deny_purge"),
    *("max_age", "max_msgs", "max_msgs_per_subject", "allow_direct", "allow_atomic"),
)
"""The settings that a stream needs so that what it took is there for ever, can be read, and can be written safely."""
_AS_DECLARED = (*KEPT_FOR_EVER, "republish")
_MAX_MESSAGE_BYTES = 1024 * 1024
_UNSET = (None, False, 0, -1)
_STORE_NOT_MADE = ("error creating store", "message authentication failed")
"""How nats-server 2.15 words it that it cannot use the files of a stream, such as those of another encryption key."""


class WrongStream(CairnError):
    """A stream exists but its settings do not fit its purpose, or a stream that must exist does not."""


def log_config(stream: str = STREAM, replicas: int = 1, subjects: Sequence[str] = EVERYTHING) -> StreamConfig:
    """How the log is kept: for ever, in order, nothing deleted, republished to the feed once it is stored.

    A stream that takes in only some organisations republishes only what it takes in, whatever `republish` matches.

    `deny_delete` and `deny_purge` do not stop the deletion of the stream or a change of its configuration; account
    permissions do (deploy/).
    """
    return StreamConfig(
        name=stream,
        description="Every recorded event of Cairn, for ever and in order.",
        subjects=list(subjects),
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


async def declare_log(
    nc: Client, stream: str = STREAM, replicas: int = 1, subjects: Sequence[str] = EVERYTHING, *, create: bool = True
) -> None:
    """Make sure that a stream of the log is there.

    An existing stream is left as its operator configured it, if it can be the log.

    Args:
        subjects: What it takes in (see :meth:`events.log.placement.Placement.subjects`).
        create: Whether it is made where it is not there.

    Raises:
        WrongStream: when it cannot, with the settings that are wrong.
    """
    wanted = log_config(stream, replicas, subjects)
    found = await declare_stream(nc, wanted, _AS_DECLARED, create=create)
    if sorted(found.subjects or ()) != sorted(subjects):
        raise WrongStream(
            f"The stream {stream} cannot be used; its subjects are not those of the organisations placed in it."
            " `cairn log declare`, run by the operator, gives it those."
        )


def wrong_settings(config: Json) -> tuple[str, ...]:
    """The settings of a stream of the log that are no longer as :func:`declare_log` needs them.

    Args:
        config: As the server words it (:attr:`events.log.stream_state.StreamState.config`).
    """
    # A copy, because nats-py changes the object that it reads.
    found = StreamConfig.from_response(deepcopy(dict(config)))
    return tuple(_wrong(found, log_config(str(found.name)), _AS_DECLARED))


async def declare_stream(
    nc: Client, wanted: StreamConfig, needed: Iterable[str], *, create: bool = True, api: str = JETSTREAM_API
) -> StreamConfig:
    """Make sure that a stream is there, and leave an existing one as its operator configured it, if it will do.

    Args:
        wanted: How the stream is made when it is missing.
        needed: The settings that an existing stream must share with it.
        create: Whether a missing stream is made.
        api: What JetStream's API begins with for the stream.

    Returns:
        The configuration that the stream has.

    Raises:
        WrongStream: when the stream will not do, with the settings that are wrong; when it must be there and is not;
            or when the server does not make it.
    """
    name = wanted.name
    js = nc.jetstream(timeout=10, prefix=api)
    try:
        found = (await js.stream_info(str(name))).config
    except NotFoundError:
        if not create:
            raise WrongStream(
                f"There is no stream {name}, and none was made. Is this the right nats-server, with its own disk and,"
                " where it encrypts, its own key?"
            ) from None
        found = await _made(js, wanted)
    if wrong := _wrong(found, wanted, needed):
        raise WrongStream(f"The stream {name} cannot be used; its {', '.join(wrong)} must be as declared.")
    return found


async def _made(js: JetStreamContext, wanted: StreamConfig) -> StreamConfig:
    try:
        return (await js.add_stream(wanted)).config
    except APIError as error:
        raise WrongStream(_not_made(str(wanted.name), str(error.description))) from None


def _not_made(name: str, description: str) -> str:
    """Why there is no stream. A server with the wrong key starts, and says that there is none; nor can one be made."""
    told = f"The NATS server does not make the stream {name}: {description.rstrip('.')}."
    if any(each in description for each in _STORE_NOT_MADE):
        told += (
            " Its files may have been there, written with another encryption key than nats-server was started with: its"
            " own log says so. Then stop every service now, see whether the files are still in the store (nats-server"
            " may have removed them at this attempt), put them back from a backup, and set CAIRN_MAKE_STREAMS=never."
        )
    return told


def _wrong(found: StreamConfig, wanted: StreamConfig, needed: Iterable[str]) -> list[str]:
    return [setting for setting in needed if not _same(getattr(found, setting), getattr(wanted, setting))]


def _same(found: object, wanted: object) -> bool:
    """Whether a setting is as it should be; the server has several values that mean “not set”."""
    return found == wanted or (found in _UNSET and wanted in _UNSET)
