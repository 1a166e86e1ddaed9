"""When the log was last read through, and last backed up, and what was found: noted for those who ask how Cairn is.

The last of each is kept for each stream of the log, in a stream beside it. It is no proof, and nothing depends on it.
"""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

from nats.errors import Error as NatsError
from nats.js.api import StorageType, StreamConfig
from nats.js.errors import BadRequestError, NoStreamResponseError
from pydantic import BaseModel, ConfigDict, ValidationError

from events.errors import CairnError
from events.log import LogUnreachable
from events.log.client.replies import Replies
from events.log.client.resilient import ResilientClient
from events.log.findings import Verification
from events.log.reading import DirectReader

STREAM = "CAIRN_ADMIN_care"
SUBJECT = "cairn.care"
"""On `cairn.care.STREAM.KIND` it is noted what was found of a stream of the log."""
Kind = Literal["verified", "backed_up"]
_NOTE_SECONDS = 5.0
_log = logging.getLogger("cairn.administration")


class CareNotNoted(CairnError):
    """What was found could not be noted; it was found nevertheless."""


class Care(BaseModel):
    """What was found of a stream of the log.

    Attributes:
        kind: Whether the stream was read through, or backed up, which reads it through as well.
        stream: The stream of the log.
        by: Who did it.
        at: When it was done.
        sound: Whether nothing was wrong.
        wrong: How many things were wrong.
        events: How many events there were.
        goals: About how many goals and plans.
        position: The position up to which it was read.
        digest: The digest of what was read.
    """

    model_config = ConfigDict(frozen=True)

    kind: Kind
    stream: str
    by: str
    at: datetime
    sound: bool
    wrong: int
    events: int
    goals: int
    position: int
    digest: str


LastCare = Mapping[tuple[str, Kind], Care]
"""The last of each kind, by the stream of the log."""


async def declare_care(nc: ResilientClient, replicas: int = 1) -> None:
    """Make sure that there is a stream to note it in; what an operator changed of it stays."""
    config = StreamConfig(
        name=STREAM,
        description="When Cairn's log was last read through and backed up.",
        subjects=[f"{SUBJECT}.*.*"],
        max_msgs_per_subject=1,
        storage=StorageType.FILE,
        num_replicas=replicas,
        allow_direct=True,
    )
    try:
        await nc.jetstream(timeout=10).add_stream(config)
    except BadRequestError as error:
        _log.info("the stream %s is used as it is: %s", STREAM, error.description)
    except (NatsError, TimeoutError) as error:
        _log.warning("there is no stream %s: %s", STREAM, error)


async def note_care(
    nc: ResilientClient, kind: Kind, stream: str, found: Verification, by: str, replicas: int = 1
) -> None:
    """Note that a stream of the log was read through or backed up just now.

    Args:
        by: Who did it.
        replicas: On how many servers of a cluster it is kept; counts when there is no stream for it yet.

    Raises:
        CareNotNoted: nobody stores it.
    """
    care = Care(
        kind=kind,
        stream=stream,
        by=by,
        at=datetime.now(UTC),
        sound=found.sound,
        wrong=found.wrong,
        events=found.events,
        goals=found.goals,
        position=found.position,
        digest=found.digest,
    )
    try:
        try:
            await _publish(nc, care)
        except NoStreamResponseError:
            await declare_care(nc, replicas)
            await _publish(nc, care)
    except (NatsError, TimeoutError, OSError) as error:
        why = str(error) or type(error).__name__
        raise CareNotNoted(f"That the log {stream} was {kind.replace('_', ' ')} could not be noted: {why}") from error


async def _publish(nc: ResilientClient, care: Care) -> None:
    context = nc.jetstream(timeout=_NOTE_SECONDS)
    await context.publish(f"{SUBJECT}.{care.stream}.{care.kind}", care.model_dump_json().encode(), stream=STREAM)


class CareReader:
    """Reads what was noted.

    Args:
        nc: A connection, which stays with its owner.
    """

    def __init__(self, nc: ResilientClient, replies: Replies):
        self._reader = DirectReader(nc, replies, STREAM)

    async def last(self) -> LastCare:
        """The last of each kind for each stream of the log.

        Raises:
            LogUnreachable: it cannot be read now.
        """
        found = {}
        for message in await self._reader.last(f"{SUBJECT}.*.*"):
            try:
                care = Care.model_validate_json(message.data)
            except ValidationError:
                raise LogUnreachable(f"What is noted on {message.subject} cannot be read.") from None
            found[care.stream, care.kind] = care
        return found
