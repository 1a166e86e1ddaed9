"""One week of a patient's goal, as Today tells of it: each day as it was told, and the sum beside the target."""

from collections.abc import Iterator
from datetime import date, timedelta

from events.goal import GoalState
from events.goal.measured import monday
from projections.engine.paging import Json
from projections.goal_state.patient.span import Span
from projections.goal_state.today_week import Entry, week_of

_A_WEEK = timedelta(days=7)


def counts_from(day: date) -> date:
    """The first day of which something counts in the week of a day: a measure per month counts from its first day."""
    first = monday(day)
    return min(first, day.replace(day=1), first.replace(day=1))


def week_of_goal(goal: GoalState, day: date) -> Json | None:
    """The week of a day as it stands on that day; None while the goal is not worked on.

    Returns:
        As :func:`week_of`.
    """
    return _week(goal, _entries(goal), day, day) if goal.is_begun else None


def weeks_of_goal(goal: GoalState, today: date, span: Span) -> list[Json]:
    """The weeks of a goal from the first of which something was told to that of today, the earliest first.

    Of a week that is over, each day is told or not told. Days before the work began and behind its end are in a week
    where anything was told of it.
    """
    entries = _entries(goal)
    if not entries:
        return []
    by_month: dict[tuple[int, int], list[Entry]] = {}
    for each in entries:
        by_month.setdefault((each.day.year, each.day.month), []).append(each)
    last = monday(today) if goal.is_begun else monday(entries[-1].day)
    return [
        _week(goal, _around(by_month, week), week, today)
        for week in _mondays(monday(entries[0].day), last)
        if span.touches_week(week)
    ]


def _week(goal: GoalState, entries: list[Entry], day: date, today: date) -> Json:
    return week_of({"smart": goal.smart.model_dump(mode="json") if goal.smart else None}, entries, day, today=today)


def _mondays(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += _A_WEEK


def _around(by_month: dict[tuple[int, int], list[Entry]], week: date) -> list[Entry]:
    """What was told in the months that a week touches, until its end: so much is looked at for one week."""
    ends = week + _A_WEEK
    months = dict.fromkeys(((week.year, week.month), (ends.year, ends.month)))
    return [each for month in months for each in by_month.get(month, ()) if each.day < ends]


def _entries(goal: GoalState) -> list[Entry]:
    told = (
        Entry(
            patient=goal.patient,
            goal=goal.goal,
            version=each.version,
            day=each.on,
            actor=each.actor.id,
            actor_role=each.actor.role,
            done=each.done,
            value=each.value,
            level=each.level,
            mood=each.mood,
            note=each.note,
            setback=each.setback,
        )
        for each in goal.progress
    )
    return sorted(told, key=lambda each: (each.day, each.version))
