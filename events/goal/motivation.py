"""Dips in motivation: a dip is data for the next session and no failure (S33; DOMAIN: what follows by itself)."""

from collections.abc import Iterable

from events.goal.state import ProgressEntry

LOW_MOTIVATION, MOTIVATION_DROP = 3, 3
"""Motivation at or below the first, or lower than the entry before by the second, is a dip."""


def brings_dip(entry: ProgressEntry, entries: Iterable[ProgressEntry]) -> bool:
    """Whether an entry that comes in is a dip, or shows by its own day that the next one told was a dip."""
    if entry.motivation is None:
        return False
    place = (entry.on, entry.version)
    ratings = [(each.on, each.version, each.motivation) for each in entries if each.motivation is not None]
    before = max((each for each in ratings if each[:2] < place), default=None)
    after = min((each for each in ratings if each[:2] > place), default=None)
    if falls(before[2] if before else None, entry.motivation):
        return True
    return (
        after is not None and not falls(before[2] if before else None, after[2]) and falls(entry.motivation, after[2])
    )


def dips(entries: Iterable[ProgressEntry]) -> list[ProgressEntry]:
    """All entries that are dips, in the order of their days."""
    rated = sorted((each.on, each.version, each.motivation, each) for each in entries if each.motivation is not None)
    before = [None, *(motivation for _, _, motivation, _ in rated)]
    return [entry for last, (_, _, now, entry) in zip(before, rated, strict=False) if falls(last, now)]


def falls(before: int | None, now: int) -> bool:
    """Whether a motivation is a dip, compared with the last one before it, if there is one."""
    return now <= LOW_MOTIVATION or (before is not None and before - now >= MOTIVATION_DROP)
