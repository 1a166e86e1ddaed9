"""The aggregate: one stream of the log in the care of its operators, and the events that say what they did about it."""

from collections.abc import Mapping
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.domain import Aggregate, event

Lost = Mapping[str, int]


class LogCare(Aggregate):
    """One stream of the log in the care of its operators.

    Every event says by whom it was done and why, and of which place of the log it speaks: the position, the
    fingerprint of the message there (:mod:`events.leaf`), and where the log ended.

    Args:
        stream: The stream of the log.
    """

    class Registered(Aggregate.Created):
        """Operators did something about the stream for the first time."""

        stream: str

    class Act(Aggregate.Event):
        """Something that an operator did."""

        by: str
        reason: str
        position: int
        fingerprint: str
        head: int
        lost: Lost

    class Adopted(Act):
        """The log as it is counts from now on."""

    class Restored(Act):
        """The stream was made anew from a backup."""

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
        """The log as it is counts from now on, and everything that is built from the log was built anew.

        Args:
            position: Up to where what was remembered of the former log is the same in this one.
            lost: How much the projections had that the log has not, by kind: `events`, `goals`, `plans`.
        """
        self.adopted += 1

    @event(Restored)
    def restore(self, by: str, reason: str, position: int, fingerprint: str, head: int, lost: Lost) -> None:
        """The stream was made anew from a backup.

        Args:
            position: The last one of the backup.
            lost: How much the stream held that the backup has not, by kind: `events`.
        """
        self.restored += 1

    @event(Voided)
    def void(self, by: str, reason: str, position: int, fingerprint: str, head: int, lost: Lost) -> None:
        """A message that cannot be read was voided.

        Args:
            position: That of the message.
            lost: Nothing, usually.
        """
        self.voided.append(position)
