"""Goal attainment over time: every level that was told, and by what (S17)."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal, NamedTuple

from events.goal import GoalState


class LevelSeen(NamedTuple):
    """An attainment level on a day, -2 to +2.

    Attributes:
        version: Of the event that told it; None of a baseline, which belongs to the scale.
    """

    on: date
    level: int
    told_by: Literal["baseline", "entry", "review", "closing"]
    version: int | None


class LevelOfEntry(NamedTuple):
    """The level that an entry of the diary tells."""

    on: date
    version: int
    level: int


def levels_over_time(goal: GoalState, of_entries: Iterable[LevelOfEntry] | None = None) -> list[LevelSeen]:
    """The levels of a goal by their days, from its baseline to its closing. A day without one is unknown.

    Args:
        of_entries: What its diary tells, for a goal that is without it.
    """
    levels = [(*each, "entry") for each in (_of_diary(goal) if of_entries is None else of_entries)]
    levels += [(each.on, each.version, each.level, "review") for each in goal.reviews if each.level is not None]
    seen = [LevelSeen(on, level, by, version) for on, version, level, by in sorted(levels)]  # type: ignore[arg-type]
    if goal.gas and goal.gas.baseline is not None:
        seen.insert(0, LevelSeen(_began_on(goal, seen), goal.gas.baseline, "baseline", None))
    if goal.closed_level is not None and goal.status_on is not None:
        closing = goal.closing.version if goal.closing else None
        seen.append(LevelSeen(goal.status_on, goal.closed_level, "closing", closing))
    return seen


def _of_diary(goal: GoalState) -> Iterator[LevelOfEntry]:
    return (LevelOfEntry(each.on, each.version, each.level) for each in goal.progress if each.level is not None)


def _began_on(goal: GoalState, seen: list[LevelSeen]) -> date:
    """The day the work began, or earlier: a late entry may be about a day before it."""
    began = goal.started_on or goal.created_at.date()
    return min(began, seen[0].on) if seen else began
