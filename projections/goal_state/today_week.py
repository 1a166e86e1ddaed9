"""This week of a goal: each day as told, kept, otherwise, not told or ahead, and the sum beside the target."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Literal, NamedTuple

from pydantic import TypeAdapter, ValidationError

from events.goal.measured import Number, Told, kept_on, measured_week, monday
from events.vocabulary import Measure
from projections.engine.paging import Json

DayState = Literal["kept", "otherwise", "told", "untold", "today", "ahead"]
"""What is known of a day: told as planned, told otherwise, told without either, not told though it is over, and not
told yet because it is the day of looking, or still to come."""
A_WEEK = timedelta(days=7)
_read_measure = TypeAdapter(Measure).validator.validate_python


class Entry(NamedTuple):
    """An entry of a diary, as Today tells of it."""

    patient: str
    goal: str
    version: int
    day: date
    actor: str
    actor_role: str
    done: bool | None
    value: Number | None
    level: int | None
    mood: int | None
    note: str | None
    setback: bool | None

    @property
    def on(self) -> date:
        """The day that it is about."""
        return self.day


def week_of(document: Json, entries: Sequence[Entry], day: date, *, today: date | None = None) -> Json:
    """The week of a day, of a goal with some entries in the order of their days.

    Args:
        today: The day of looking, where it is another one.
    """
    measure = _measure(document)
    first = monday(day)
    days = [_day(measure, first + timedelta(days=each), entries, today or day) for each in range(7)]
    measured = measured_week(measure, entries, first) if measure else None
    values = [each["value"] for each in days if each["value"] is not None]
    return {
        "from": first,
        "measure": None if measure is None else measure.model_dump(mode="json"),
        "days": days,
        "told": _how_many(days, "kept", "otherwise", "told"),
        "kept": _how_many(days, "kept"),
        "otherwise": _how_many(days, "otherwise"),
        "untold": _how_many(days, "untold"),
        "ahead": _how_many(days, "today", "ahead"),
        "value": sum(values) if values else None,
        "measured": None if measured is None else measured.model_dump(mode="json"),
    }


def last_week_of(document: Json, entries: Sequence[Entry], day: date, this_week: Json) -> Json | None:
    """The week before that of a day, while it is the latest of which anything is told; else None.

    On a Monday morning it is the one to look at: of the new week there is nothing to tell yet.

    Args:
        this_week: As :func:`week_of` gives the week of the day.
    """
    if this_week["told"]:
        return None
    before = monday(day) - A_WEEK
    return week_of(document, entries, before, today=day) if is_told(entries, before) else None


def is_told(entries: Iterable[Told], week: date) -> bool:
    """Whether an entry is about a day of a week, by its Monday."""
    return any(week <= each.on < week + A_WEEK for each in entries)


def counts_from(day: date) -> date:
    """The first day of which something counts in the week of a day and in the one before it.

    A measure per month counts from its first day.
    """
    return (monday(day) - A_WEEK).replace(day=1)


def _measure(document: Json) -> Measure | None:
    told = (document["smart"] or {}).get("measure")
    try:
        return None if told is None else _read_measure(told)
    except ValidationError:
        # Of an earlier version of Cairn, which took in what this one would not.
        return None


def _day(measure: Measure | None, on: date, entries: Iterable[Entry], today: date) -> Json:
    of_day = [each for each in entries if each.day == on]
    values = [each.value for each in of_day if each.value is not None]
    levels = [each.level for each in of_day if each.level is not None]
    state: DayState
    if of_day:
        kept = kept_on(measure, of_day)
        state = "told" if kept is None else "kept" if kept else "otherwise"
    else:
        state = "untold" if on < today else "today" if on == today else "ahead"
    return {
        "on": on,
        "state": state,
        "value": sum(values) if values else None,
        "level": levels[-1] if levels else None,
        "setback": any(each.setback for each in of_day),
    }


def _how_many(days: Iterable[Json], *states: DayState) -> int:
    return sum(each["state"] in states for each in days)
