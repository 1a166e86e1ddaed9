"""Wins by week: what was done and met by the goal's own measure, milestones, and steps up the scale (S36)."""

from datetime import date

from events.goal.measured import Measured, measured_by_week, monday
from events.goal.state import GoalState
from events.vocabulary import Value

EXPECTED = 0
"""The attainment level that was hoped for."""


class Wins(Value):
    """A week's wins.

    Attributes:
        week: The Monday on which the week began.
        done: On how many days an entry says that it was done.
        milestones: Which milestones were met.
        level: The highest attainment level of the week, if it is the expected one or better, or a step up from the
            level before.
        measured: How far the week came by the goal's measure, such as 3 of 3; None where entries do not tell that.
    """

    week: date
    done: int
    milestones: tuple[str, ...]
    level: int | None
    measured: Measured | None = None


def weekly_wins(goal: GoalState) -> list[Wins]:
    """The weeks with a win, the earliest first. A week that is not among them is quiet or unknown, never a failure."""
    done = {entry.on for entry in goal.progress if entry.done}
    met = [(each.met_on, each.milestone) for each in goal.milestones if each.met_on]
    levels = _levels_up(goal)
    measured = {week: each for week, each in measured_by_week(goal).items() if each.is_win}
    weeks = sorted({*measured, *(monday(on) for on in (*done, *(on for on, _ in met), *(on for on, _ in levels)))})
    return [
        Wins(
            week=week,
            done=sum(monday(on) == week for on in done),
            milestones=tuple(name for on, name in met if monday(on) == week),
            level=max((level for on, level in levels if monday(on) == week), default=None),
            measured=measured.get(week),
        )
        for week in weeks
    ]


def _levels_up(goal: GoalState) -> list[tuple[date, int]]:
    """The levels that are as hoped for or better, or higher than the one told before, each with its day."""
    levels = [(entry.on, entry.version, entry.level) for entry in goal.progress if entry.level is not None]
    levels += [(review.on, review.version, review.level) for review in goal.reviews if review.level is not None]
    before = goal.gas.baseline if goal.gas else None
    found = []
    for on, _, level in sorted(levels):
        if level >= EXPECTED or (before is not None and level > before):
            found.append((on, level))
        before = level
    return found
