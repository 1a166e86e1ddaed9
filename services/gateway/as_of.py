"""A goal as it stood at an earlier moment, on either axis of the log's two times."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from events.event import RecordedEvent

Axis = Literal["recorded", "happened"]


@dataclass(frozen=True, slots=True)
class Moment:
    """A point up to which the log is read.

    Attributes:
        position: The last log position that counts; None for all.
        instant: The last instant that counts; None for all.
        by: Which of an event's times the instant is compared with: when Cairn stored it (what the record said then),
            or when it happened (what was so then, as is known today).
    """

    position: int | None = None
    instant: datetime | None = None
    by: Axis = "recorded"

    def is_before(self, position: int) -> bool:
        """Whether what stands at a position is known not to count, whatever it is."""
        return self.position is not None and position > self.position

    def includes(self, recorded: RecordedEvent) -> bool:
        """Whether the event lies at or before this moment."""
        if self.position is not None and recorded.position > self.position:
            return False
        if self.instant is None:
            return True
        return (recorded.recorded_at if self.by == "recorded" else recorded.event.time) <= self.instant


def up_to(moment: Moment, events: Iterable[RecordedEvent]) -> Iterator[RecordedEvent]:
    """The events that count at the moment, in the order of the log."""
    return (recorded for recorded in events if moment.includes(recorded))


def looked_at(moment: Moment, events: Iterable[RecordedEvent], now: datetime) -> datetime:
    """The instant from which what stood at the moment is looked at: what is overdue or silent depends on it.

    A position stands from its own event until the next one, so it is looked at when that was recorded; and what is
    still to come is looked at now.

    Args:
        events: In the order of the log.
    """
    if moment.instant is not None:
        return min(moment.instant, now)
    later = (recorded.recorded_at for recorded in events if not moment.includes(recorded))
    return next(later, now)
