"""Steep revisions: a revision whose target asks for at least twice as much deserves a warning (S54)."""

from events.vocabulary import Measure, Per

STEEP_FACTOR = 2
_PER_WEEK: dict[Per | None, float] = {"day": 7.0, "week": 1.0, "month": 7 / 30, None: 1.0}


def is_steep(before: Measure | None, after: Measure | None) -> bool:
    """Whether the target asks for at least twice as much, or allows at most half as much, as it did before.

    Targets in different units, or of which only one is a frequency, are not compared.
    """
    if before is None or after is None:
        return False
    if before.unit != after.unit or (before.per is None) != (after.per is None):
        return False
    old, new = _per_week(before), _per_week(after)
    if old is None or new is None or old <= 0:
        return False
    return new * STEEP_FACTOR <= old if after.direction == "at_most" else new >= old * STEEP_FACTOR


def _per_week(measure: Measure) -> float | None:
    target = measure.target
    if target is None or target is True:
        return None
    if not isinstance(target, int | float):
        end = target.high if measure.direction == "at_most" else target.low
        return None if end is None else end * _PER_WEEK[measure.per]
    return target * _PER_WEEK[measure.per]
