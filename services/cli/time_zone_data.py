"""Telling an operator that the time zone data is old, when a service or a whole Cairn starts."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from events.time_zones import outdated, release


def tell_if_outdated(say: Callable[[str], object], today: date | None = None) -> None:
    """Say so when the wheel with the time zones is a year old.

    Args:
        today: The day from which its age is told; the machine's, in UTC, by default.
    """
    if detail := outdated(release(), today or datetime.now(UTC).date()):
        say(detail)
