"""The aggregate of one stream of the log, with an event for each act of an operator on it."""

from collections.abc import Mapping
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.domain import Aggregate, event

Lost = Mapping[str, int]


class LogCare(Aggregate):
    """One stream of the log, with the acts of its operators.

    Every event names the operator, the reason, a position in the log with the fingerprint of the message there
    (:mod:`events.leaf`), and the position at which the log ended.

    Args:
        stream: The stream of the log.
    """

    class Registered(Aggregate.Created):
        """An operator acted on the stream for the first time."""

        stream: str

    class Act(Aggregate.Event):
        """An act of an operator."""

        by: str
        reason: str
        position: int
        fingerprint: str
        head: int
        lost: Lost

    class Adopted(Act):
        """The log was adopted as it is."""

    class Restored(Act):
        """The stream was restored from a backup."""

    class Voided(Act):
        """A message that cannot be read was voided."""

    @staticmethod
    def create_id(stream: str) -> UUID:
        """The aggregate's id, which follows from the name of the stream."""
        return uuid5(NAMESPACE_URL, f"urn:cairn:log:{stream}")

    @event(Registered)
    def __init__(self, stream: str) -> None:
        self.stream = stream
        self.adopted = 0
        self.restored = 0
        self.voided: list[int] = []

    @event(Adopted)
    def adopt(self, by: str, reason: str, position: int, fingerprint: str, head: int, lost: Lost) -> None:
        """Note that the log was adopted as it is, and that everything built from it was built again.

        Args:
            position: The last position at which the former log and this one are known to be the same; 0 for none,
                where they have nothing in common or nobody knows, as when only a goals service remembers the former.
            lost: How much the projections had that the log does not have, by kind: `events`, `goals`, `plans`.
        """
        self.adopted += 1

    @event(Restored)
    def restore(self, by: str, reason: str, position: int, fingerprint: str, head: int, lost: Lost) -> None:
        """Note that the stream was restored from a backup.

        Args:
            position: The last position of the backup.
            lost: How much the stream had that the backup does not have, by kind: `events`.
        """
        self.restored += 1

    @event(Voided)
    def void(self, by: str, reason: str, position: int, fingerprint: str, head: int, lost: Lost) -> None:
        """Note that a message which cannot be read was voided.

        Args:
            position: The position of the message.
            lost: Nothing, usually.
        """
        self.voided.append(position)
