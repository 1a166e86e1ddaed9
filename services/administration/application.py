"""The application that keeps what operators did, on Cairn's own persistence module, in streams of its own."""

from typing import Literal, NamedTuple, cast
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError, Application

from services.administration.log_care import LogCare, Lost

PREFIX = "CAIRN_ADMIN"
"""What streams and subjects of the operators' acts begin with."""
STREAM = f"{PREFIX}_log_events"
"""The stream that keeps the acts."""
Kind = Literal["adopted", "restored", "voided"]
_NOTIFICATIONS_PER_PAGE = 100


class Act(NamedTuple):
    """Something that an operator did about a stream of the log.

    Attributes:
        kind: What was done.
        stream: Of the log.
        by: Who did it.
        reason: Why, in the operator's words.
        position, fingerprint: The place in the log of which it speaks; see :class:`LogCare` for each kind.
        head: Where the log ended then.
        lost: How much was lost by it, or had been lost before, by kind (`events`, `goals`, …).
        at: When it was recorded, as RFC 3339; empty for one that is still to be recorded.
    """

    kind: Kind
    stream: str
    by: str
    reason: str
    position: int
    fingerprint: str
    head: int
    lost: Lost = {}  # noqa: RUF012 - nobody changes it
    at: str = ""


class Administration(Application[UUID]):
    """What operators did about the log, in the order in which they did it."""

    name = "log"

    def record(self, act: Act) -> None:
        """Record an act durably.

        Raises:
            DatabaseError: of the `eventsourcing` library, when it cannot be stored.
        """
        care = self._care(act.stream)
        said = (act.by, act.reason, act.position, act.fingerprint, act.head, dict(act.lost))
        match act.kind:
            case "adopted":
                care.adopt(*said)
            case "restored":
                care.restore(*said)
            case "voided":
                care.void(*said)
        self.save(care)

    def acts(self) -> list[Act]:
        """Every act, in the order in which they were recorded.

        Raises:
            DatabaseError: of the `eventsourcing` library, when they cannot be read.
        """
        acts: list[Act] = []
        streams: dict[UUID, str] = {}
        start = 1
        while page := self.recorder.select_notifications(start, _NOTIFICATIONS_PER_PAGE):
            for notification in page:
                happened = self.mapper.to_domain_event(notification)
                if isinstance(happened, LogCare.Registered):
                    streams[happened.originator_id] = happened.stream
                elif isinstance(happened, LogCare.Act):
                    acts.append(_act(happened, streams[happened.originator_id]))
            start = page[-1].id + 1
        return acts

    def _care(self, stream: str) -> LogCare:
        try:
            care: LogCare = self.repository.get(LogCare.create_id(stream))
        except AggregateNotFoundError:
            return LogCare(stream)
        return care


def _act(happened: LogCare.Act, stream: str) -> Act:
    return Act(
        cast(Kind, type(happened).__name__.lower()),
        stream,
        happened.by,
        happened.reason,
        happened.position,
        happened.fingerprint,
        happened.head,
        happened.lost,
        happened.timestamp.isoformat(),
    )
