"""Days from one to another, of which something is asked for."""

from dataclasses import dataclass
from datetime import date, timedelta

_SIX_DAYS = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Span:
    """Days from the first to the last, both included; None is open."""

    first: date | None = None
    last: date | None = None

    def __contains__(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def touches_week(self, monday: date) -> bool:
        """Whether any day of the week is among them."""
        return (self.first is None or self.first <= monday + _SIX_DAYS) and (self.last is None or monday <= self.last)
