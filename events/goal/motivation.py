"""Dips in motivation: a dip is data for the next session and no failure (S33; DOMAIN: what follows by itself)."""

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar

from events.goal.entries import Entries, Rating

LOW_MOTIVATION, MOTIVATION_DROP = 3, 3
"""Motivation at or below the first, or lower than the entry before by the second, is a dip."""


class Rated(Protocol):
    """What tells a motivation: an entry, or its rating alone."""

    @property
    def on(self) -> date:
        """The day that it is about."""

    @property
    def version(self) -> int:
        """The version of the event that logged it."""

    @property
    def motivation(self) -> int | None:
        """How motivated the patient was."""


AnyRated = TypeVar("AnyRated", bound=Rated)


def brings_dip(rating: Rating, entries: Entries) -> bool:
    """Whether a rating that comes in is a dip, or shows by its own day that the next one told was a dip."""
    latest = entries.latest_rating
    if latest is None or latest < rating:
        return falls(latest.motivation if latest else None, rating.motivation)
    ratings = list(entries.ratings)
    before = max((each for each in ratings if each < rating), default=None)
    after = min(each for each in ratings if each > rating)
    told_before = before.motivation if before else None
    return falls(told_before, rating.motivation) or (
        not falls(told_before, after.motivation) and falls(rating.motivation, after.motivation)
    )


def dips(entries: Iterable[AnyRated]) -> list[AnyRated]:
    """All entries (or ratings) that are dips, in the order of their days."""
    rated = sorted((each.on, each.version, each.motivation, each) for each in entries if each.motivation is not None)
    before = [None, *(motivation for _, _, motivation, _ in rated)]
    return [entry for last, (_, _, now, entry) in zip(before, rated, strict=False) if falls(last, now)]


def falls(before: int | None, now: int) -> bool:
    """Whether a motivation is a dip, compared with the last one before it, if there is one."""
    return now <= LOW_MOTIVATION or (before is not None and before - now >= MOTIVATION_DROP)
