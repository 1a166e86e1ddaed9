"""When a FHIR goal is due: the date of a target, or its duration counted from the goal's start."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from fhir.resources import goal as r5
from fhir.resources.R4B import goal as r4

from services.fhir.incoming.concepts import not_a_date, real_date, whole
from services.fhir.vocabulary import UCUM

GoalTarget = r4.GoalTarget | r5.GoalTarget
Duration = Any  # a Duration of either FHIR version

UNITS_OF_TIME: dict[str, str] = {
    **dict.fromkeys(("h", "hour", "hours"), "h"),
    **dict.fromkeys(("d", "day", "days"), "d"),
    **dict.fromkeys(("wk", "week", "weeks"), "wk"),
    **dict.fromkeys(("mo", "month", "months"), "mo"),
    **dict.fromkeys(("a", "year", "years", "yr"), "a"),
}
"""Units of time by their UCUM code, and by the English words that stand where a code is missing."""
_DAYS = {"d": 1, "wk": 7}
_MONTHS = {"mo": 1, "a": 12}
_MOST_WEEKS = 104


class Due(NamedTuple):
    """A due date, or a number of weeks from the day on which work on the goal begins; and what is not taken over.

    Attributes:
        target: The index of the target that says it; None when no target does.
    """

    on: date | None = None
    for_weeks: int | None = None
    target: int | None = None
    left_out: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether there is a date or a number of weeks."""
        return self.on is not None or self.for_weeks is not None


def read_due(targets: Sequence[GoalTarget], main: int, start: date | None) -> Due:
    """The end of a goal: that of its main target, else that of the first other target that has one.

    Args:
        main: The index of the target whose measure is taken over.
        start: The goal's start date, from which a `dueDuration` runs.
    """
    left_out: tuple[str, ...] = ()
    for index in (main, *(index for index in range(len(targets)) if index != main)):
        due = _of_target(targets[index], index, start)
        if due.is_known:
            return due._replace(left_out=left_out + due.left_out)
        left_out += due.left_out if index == main else ()
    return Due(left_out=left_out)


def unit_of_time(quantity: Duration) -> str | None:
    """The UCUM code of a unit of time, by the quantity's code, else by its unit in words; None when it is another.

    A code of another system than UCUM says nothing here; the unit beside it does.
    """
    if quantity.code and quantity.system in (None, UCUM):
        return UNITS_OF_TIME.get(quantity.code)
    return UNITS_OF_TIME.get((quantity.unit or "").casefold())


def _of_target(target: GoalTarget, index: int, start: date | None) -> Due:
    path = f"target[{index}]"
    if target.dueDate is not None:
        due = real_date(target.dueDate)
        left_out = f"{path}.dueDate: {not_a_date(target.dueDate)}"
        return Due(on=due, target=index) if due else Due(left_out=(left_out,))
    if target.dueDuration is None:
        return Due()
    unit, count = unit_of_time(target.dueDuration), whole(target.dueDuration.value)
    if unit == "h" and count is not None and count % 24 == 0:
        unit, count = "d", count // 24
    if target.dueDuration.comparator is not None:
        return Due(left_out=(f"{path}.dueDuration: with a comparator it names no day",))
    if unit is None or unit == "h" or count is None or not 0 < count <= _MOST_WEEKS * 7:
        return Due(left_out=(f"{path}.dueDuration",))
    if start is not None:
        on = real_date(_after(start, count, unit))
        return Due(on=on, target=index) if on else Due(left_out=(f"{path}.dueDuration",))
    weeks, rest = divmod(count * _DAYS.get(unit, 0), 7)
    if rest or not 0 < weeks <= _MOST_WEEKS:
        return Due(left_out=(f"{path}.dueDuration",))
    return Due(for_weeks=weeks, target=index)


def _after(start: date, count: int, unit: str) -> date:
    """The day that lies so many units behind a day; the last of the month where the month has no such day."""
    if unit in _DAYS:
        return start + timedelta(days=count * _DAYS[unit])
    years, month = divmod(start.month - 1 + count * _MONTHS[unit], 12)
    year, month = start.year + years, month + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))
