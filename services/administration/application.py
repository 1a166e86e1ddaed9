"""The application that stores operators' acts, on Cairn's own persistence module, in streams of its own."""

from typing import Literal, NamedTuple, cast
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError, Application

from services.administration.log_care import LogCare, Lost

PREFIX = "CAIRN_ADMIN"
"""The beginning of the names of the streams and subjects of operators' acts."""
STREAM = f"{PREFIX}_log_events"
"""The stream that keeps the acts."""
Kind = Literal["adopted", "restored", "voided"]
_NOTIFICATIONS_PER_PAGE = 100


class Act(NamedTuple):
    """An act of an operator on a stream of the log.

    Attributes:
        kind: What was done.
        stream: The stream of the log.
        by: Who did it.
        reason: Why, in the operator's words.
        position, fingerprint: The position in the log that the act is about, and the fingerprint of the message there;
            see :class:`LogCare` for each kind. None and empty for an adoption of a log that has nothing in common with
            the former one, or where nobody knows.
        head: The position of the log's last message at the time of the act.
        lost: How much the act has lost, or found to be lost, by kind (`events`, `goals`, …).
        at: When the act was recorded, as RFC 3339; empty for an act that is not recorded yet.
    """

    kind: Kind
    stream: str
    by: str
    reason: str
    position: int | None
    fingerprint: str
    head: int
    lost: Lost = {}  # noqa: RUF012 - nobody changes it
    at: str = ""


class Administration(Application[UUID]):
    """The application that records operators' acts and reads them in order."""

    name = "log"

    def record(self, act: Act) -> None:
        """Record an act durably.

        Raises:
            DatabaseError: of the `eventsourcing` library, when it cannot be stored.
        """
        care = self._care(act.stream)
        fields = (act.by, act.reason, act.position or 0, act.fingerprint, act.head, dict(act.lost))
        match act.kind:
            case "adopted":
                care.adopt(*fields)
            case "restored":
                care.restore(*fields)
            case "voided":
                care.void(*fields)
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
        None if isinstance(happened, LogCare.Adopted) and happened.position == 0 else happened.position,
        happened.fingerprint,
        happened.head,
        happened.lost,
        happened.timestamp.isoformat(),
    )
