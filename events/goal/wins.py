"""Wins by week: days on which the goal was done, milestones met, and levels as expected or better (S36)."""

from datetime import date, timedelta

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
        level: The highest attainment level of the week, if it is the expected one or better.
    """

    week: date
    done: int
    milestones: tuple[str, ...]
    level: int | None


def weekly_wins(goal: GoalState) -> list[Wins]:
    """The weeks with a win, the earliest first. A week that is not among them is quiet or unknown, never a failure."""
    done = {entry.on for entry in goal.progress if entry.done}
    met = [(each.met_on, each.milestone) for each in goal.milestones if each.met_on]
    rated = [(entry.on, entry.level) for entry in goal.progress] + [
        (review.on, review.level) for review in goal.reviews
    ]
    levels = [(on, level) for on, level in rated if level is not None and level >= EXPECTED]
    weeks = sorted({_monday(on) for on in (*done, *(on for on, _ in met), *(on for on, _ in levels))})
    return [
        Wins(
            week=week,
            done=sum(_monday(on) == week for on in done),
            milestones=tuple(name for on, name in met if _monday(on) == week),
            level=max((level for on, level in levels if _monday(on) == week), default=None),
        )
        for week in weeks
    ]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
