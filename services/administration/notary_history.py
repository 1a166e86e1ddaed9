"""What was done with a notary: it was made, its key rotated, a generation succeeded, signing stopped and went on.

The library's aggregate for each stream of the log, and the application that keeps them in a stream of its own.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.domain import Aggregate, event

from services.administration.application import PREFIX
from services.administration.notary_act import Kind, NotaryAct

NAME = "notary"
STREAM = f"{PREFIX}_{NAME}_events"
"""The stream that keeps the acts."""


class NotaryHistory(Aggregate):
    """The notary of one stream of the log, with everything that was done with it.

    Args:
        stream: The stream of the log.
    """

    class Registered(Aggregate.Created):
        """Something was done with a notary of the stream for the first time."""

        stream: str

    class Act(Aggregate.Event):
        """Something that was done; the fields are those of :class:`NotaryAct`."""

        act_id: str
        origin: str
        at: datetime
        by: str
        reason: str
        key: str
        size: int

        def apply(self, aggregate: "NotaryHistory") -> None:
            """Add it to what was done before."""
            aggregate.acts.append(
                NotaryAct(
                    id=self.act_id,
                    kind=_KINDS[type(self).__name__],
                    origin=self.origin,
                    at=self.at,
                    by=self.by,
                    reason=self.reason,
                    key=self.key,
                    size=self.size,
                )
            )

    class Founded(Act):
        """The notary was made."""

    class RotationBegun(Act):
        """A new key signs beside the other one."""

    class RotationFinished(Act):
        """The new key signs alone."""

    class Succeeded(Act):
        """A generation ended, and the next one began."""

    class Stopped(Act):
        """Nothing is signed any more."""

    class Resumed(Act):
        """It is signed again."""

    @staticmethod
    def create_id(stream: str) -> UUID:
        """The aggregate's id, which follows from the name of the stream."""
        return uuid5(NAMESPACE_URL, f"urn:cairn:notary:{stream}")

    @event(Registered)
    def __init__(self, stream: str) -> None:
        self.stream = stream
        self.acts: list[NotaryAct] = []

    def note(self, act: NotaryAct) -> None:
        """Note an act."""
        self.trigger_event(
            _EVENTS[act.kind],
            act_id=act.id,
            origin=act.origin,
            at=act.at,
            by=act.by,
            reason=act.reason,
            key=act.key,
            size=act.size,
        )


_EVENTS: Mapping[Kind, type[NotaryHistory.Act]] = {
    "founded": NotaryHistory.Founded,
    "rotation_begun": NotaryHistory.RotationBegun,
    "rotation_finished": NotaryHistory.RotationFinished,
    "succeeded": NotaryHistory.Succeeded,
    "stopped": NotaryHistory.Stopped,
    "resumed": NotaryHistory.Resumed,
}
_KINDS: Mapping[str, Kind] = {happened.__name__: kind for kind, happened in _EVENTS.items()}


class NotaryHistories(Application[UUID]):
    """The application that records what was done with notaries."""

    name = NAME

    def record(self, stream: str, acts: Iterable[NotaryAct]) -> tuple[NotaryAct, ...]:
        """Record acts durably, in order; one that is recorded already is not recorded again.

        Each is stored by itself, so that no more than one is ever in doubt.

        Returns:
            Every act that is recorded.

        Raises:
            PersistenceError: of the `eventsourcing` library, when one cannot be stored; those before it are.
        """
        history = self._history(stream)
        if history is None:
            history = NotaryHistory(stream)
            self.save(history)
        known = {each.id for each in history.acts}
        for act in acts:
            if act.id not in known:
                history.note(act)
                self.save(history)
        return tuple(history.acts)

    def acts(self, stream: str) -> tuple[NotaryAct, ...]:
        """Every act that is recorded, in order.

        Raises:
            PersistenceError: of the `eventsourcing` library, when they cannot be read.
        """
        history = self._history(stream)
        return tuple(history.acts) if history is not None else ()

    def _history(self, stream: str) -> NotaryHistory | None:
        try:
            history: NotaryHistory = self.repository.get(NotaryHistory.create_id(stream))
        except AggregateNotFoundError:
            return None
        return history
