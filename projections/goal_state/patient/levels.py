"""Goal attainment over time: every level that was told, and by what (S17)."""

from datetime import date
from typing import Literal, NamedTuple

from events.goal import GoalState


class LevelSeen(NamedTuple):
    """An attainment level on a day, -2 to +2."""

    on: date
    level: int
    told_by: Literal["baseline", "entry", "review", "closing"]


def levels_over_time(goal: GoalState) -> list[LevelSeen]:
    """The levels of a goal by their days, from its baseline to its closing. A day without one is unknown."""
    levels = [(each.on, each.version, each.level, "entry") for each in goal.progress if each.level is not None]
    levels += [(each.on, each.version, each.level, "review") for each in goal.reviews if each.level is not None]
    seen = [LevelSeen(on, level, by) for on, _, level, by in sorted(levels)]  # type: ignore[arg-type]
    if goal.gas and goal.gas.baseline is not None:
        seen.insert(0, LevelSeen(_began_on(goal, seen), goal.gas.baseline, "baseline"))
    if goal.closed_level is not None and goal.status_on is not None:
        seen.append(LevelSeen(goal.status_on, goal.closed_level, "closing"))
    return seen


def _began_on(goal: GoalState, seen: list[LevelSeen]) -> date:
    """The day the work began, or earlier: a late entry may be about a day before it."""
    began = goal.started_on or goal.created_at.date()
    return min(began, seen[0].on) if seen else began
