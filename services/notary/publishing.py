"""Each published checkpoint also goes out on `cairn.tlog.ORG`, to every organisation that has something in the log.

So each of them can hold on to what it was shown, and two of them can compare.
"""

import logging
from collections.abc import Iterable
from typing import Protocol

from faststream.nats.publisher.usecase import LogicPublisher
from nats.errors import Error as NatsError

from events.log.client.resilient import ResilientClient
from events.log.failures import LogUnreachable
from events.log.organisations import organisations_in
from events.transparency.notes import Note
from services.messaging.broker import Broker

SUBJECT = "cairn.tlog"
"""A checkpoint is published on `cairn.tlog.ORG`."""
_log = logging.getLogger("cairn.notary")


class Audience(Protocol):
    """Those who are sent what is published."""

    async def begin(self) -> None:
        """Find out who they are."""

    def hear(self, subjects: Iterable[str]) -> None:
        """Take in the subjects of new messages, which name more of them."""

    async def publish(self, note: Note) -> None:
        """Send them a checkpoint."""


def checkpoints_publisher(broker: Broker) -> LogicPublisher:
    """What publishes checkpoints on `cairn.tlog.ORG`."""
    return broker.publisher(
        f"{SUBJECT}.{{org}}",
        schema=str,
        title="tlog",
        description="Each published checkpoint of the log that an organisation is in: a signed note"
        " (C2SP tlog-checkpoint) with its cosignatures. Keep them, and nobody can show you another history later.",
    )


class Publisher:
    """Publishes the checkpoints of one stream of the log.

    Args:
        nc: A connection from :func:`events.log.connect`, which stays with its owner.
        stream: The stream.
        checkpoints: :func:`checkpoints_publisher`, on a broker that has begun.
    """

    def __init__(self, nc: ResilientClient, stream: str, checkpoints: LogicPublisher):
        self._nc = nc
        self._checkpoints = checkpoints
        self._stream = stream
        self._orgs: set[str] = set()

    async def begin(self) -> None:
        """Find out who has something in the log already.

        Raises:
            LogUnreachable: the log does not answer.
        """
        self._orgs |= set(await organisations_in(self._nc, self._stream))

    def hear(self, subjects: Iterable[str]) -> None:
        """Take in the subjects of new messages."""
        for subject in subjects:
            org = subject.split(".", 3)[2]
            if org not in self._orgs:
                self._orgs.add(org)

    async def publish(self, note: Note) -> None:
        """Publish a checkpoint to everybody. What cannot be sent now is not sent later: the next one says more."""
        content = str(note)
        try:
            for org in sorted(self._orgs):
                await self._checkpoints.publish(content, f"{SUBJECT}.{org}")
        except (NatsError, OSError, LogUnreachable) as error:
            _log.info("a checkpoint was not sent to organisations: %s", type(error).__name__)
