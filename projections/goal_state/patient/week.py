"""One week of a patient's goal, as Today tells of it: each day as it was told, and the sum beside the target."""

from collections.abc import Iterator
from datetime import date

from events.goal import GoalState
from events.goal.measured import monday
from projections.engine.paging import Json
from projections.goal_state.patient.span import Span
from projections.goal_state.today_week import A_WEEK, Entry, last_week_of, week_of


def weeks_now(goal: GoalState, day: date) -> tuple[Json | None, Json | None]:
    """The week of a day as it stands on that day, and the one before while nothing is told of it.

    Returns:
        As :func:`week_of` and :func:`last_week_of`; both None while the goal is not worked on.
    """
    if not goal.is_begun:
        return None, None
    document, entries = _document(goal), _entries(goal)
    week = week_of(document, entries, day)
    return week, last_week_of(document, entries, day, week)


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
    document = _document(goal)
    return [
        week_of(document, _around(by_month, week), week, today=today)
        for week in _mondays(monday(entries[0].day), last)
        if span.touches_week(week)
    ]


def _document(goal: GoalState) -> Json:
    return {"smart": goal.smart.model_dump(mode="json") if goal.smart else None}


def _mondays(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += A_WEEK


def _around(by_month: dict[tuple[int, int], list[Entry]], week: date) -> list[Entry]:
    """What was told in the months that a week touches, until its end: so much is looked at for one week."""
    ends = week + A_WEEK
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
