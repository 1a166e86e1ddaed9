"""How far a week came by the goal's own measure: what was told, added up over the measure's period (S11, S36).

A day without an entry is unknown. It adds nothing, and it takes nothing away.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Protocol

from events.goal.state import GoalState
from events.vocabulary import Direction, Measure, Per, TargetRange, Value

Number = int | float


class Told(Protocol):
    """What an entry tells of a day."""

    @property
    def on(self) -> date:
        """The day that it is about."""

    @property
    def done(self) -> bool | None:
        """Whether it was done; None where that is not said."""

    @property
    def value(self) -> Number | None:
        """In the unit of the measure; None where that is not said."""


class Measured(Value):
    """What a week came to by the goal's measure, as “`amount` of `target`”.

    Attributes:
        amount: What was told for the period: the sum of the values, or the days on which it was done. Of a measure per
            day, the days that reached the target; of a month, what came together in it until the week ended; of a
            measure without a period, the best value of the week.
        target: What would be enough. Of a measure per day, the days that tell anything. Of a range, its nearer end.
        per: The measure's period.
        direction: Whether at least the target is asked for, or at most.
        met: Whether the target was reached, or kept to.
    """

    amount: Number
    target: Number
    per: Per | None
    direction: Direction
    met: bool

    @property
    def is_win(self) -> bool:
        """Whether the week has something to show: a step towards at least so much, or a limit that was kept to."""
        some_days_or_steps = self.per == "day" or (self.per is not None and self.direction == "at_least")
        return self.met or (some_days_or_steps and self.amount > 0)


def measured_by_week(goal: GoalState) -> Mapping[date, Measured]:
    """By the Monday of each week that tells of it, how far the goal came; nothing without a number to go by."""
    measure = goal.smart.measure if goal.smart else None
    if measure is None or (ends := _ends(measure)) is None:
        return {}
    entries: list[Told] = [entry for entry in goal.progress if entry.value is not None or entry.done is not None]
    weeks = sorted({monday(entry.on) for entry in entries})
    found = {week: _of_week(measure, ends, entries, week) for week in weeks}
    return {week: each for week, each in found.items() if each is not None}


def measured_week(measure: Measure, told: Iterable[Told], week: date) -> Measured | None:
    """How far one week came, by its Monday; None where nothing was told that says so.

    Args:
        told: Entries of that week, and for a measure per month those of the month before its end.
    """
    ends = _ends(measure)
    entries = [entry for entry in told if entry.value is not None or entry.done is not None]
    if ends is None or not _between(entries, week, week + timedelta(days=7)):
        return None
    return _of_week(measure, ends, entries, week)


def kept_on(measure: Measure | None, of_day: Collection[Told]) -> bool | None:
    """Whether what was told of one day is as planned, or otherwise; None where it says neither.

    Of a number per day, that is by its target; of one per week or month that is to be reached, any step is as planned.
    """
    values = [entry.value for entry in of_day if entry.value is not None]
    if values and measure is not None and (ends := _ends(measure)) is not None:
        if measure.per == "day":
            return _meets(ends, sum(values))
        return sum(values) > 0 if ends[0] is not None else None
    done = [entry.done for entry in of_day if entry.done is not None]
    return any(done) if done else None


Ends = tuple[Number | None, Number | None]


def _ends(measure: Measure) -> Ends | None:
    """The least and the most that the target allows; None where it is no number."""
    target = measure.target
    if target is None or target is True:
        return None
    if isinstance(target, TargetRange):
        return target.low, target.high
    return (None, target) if measure.direction == "at_most" else (target, None)


def monday(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def _of_week(measure: Measure, ends: Ends, entries: list[Told], week: date) -> Measured | None:
    of_week = _between(entries, week, week + timedelta(days=7))
    if measure.per == "day":
        days = sorted({entry.on for entry in of_week})
        kept = sum(_kept(ends, _between(of_week, day, day + timedelta(days=1))) for day in days)
        return _measured(measure, kept, len(days), met=kept == len(days))
    amount = _amount(measure, ends, entries, of_week)
    return None if amount is None else _measured(measure, amount, _nearer(ends, amount), met=_meets(ends, amount))


def _amount(measure: Measure, ends: Ends, entries: list[Told], of_week: list[Told]) -> Number | None:
    if measure.per == "week":
        return _sum(measure, ends, of_week)
    if measure.per == "month":
        last = max(entry.on for entry in of_week)
        return _sum(measure, ends, _between(entries, last.replace(day=1), last + timedelta(days=1)))
    values = [entry.value for entry in of_week if entry.value is not None]
    return (min if ends[0] is None else max)(values, default=None)


def _sum(measure: Measure, ends: Ends, entries: list[Told]) -> Number | None:
    """The sum of the values, and one for each day that only says that it was done; None where nothing can be said.

    Beside values in a unit, such as minutes, such a day says nothing of how many; nor does it of how few.
    """
    values = [entry.value for entry in entries if entry.value is not None]
    done = len(
        {entry.on for entry in entries if entry.done} - {entry.on for entry in entries if entry.value is not None}
    )
    if values:
        return sum(values) + (0 if measure.unit or ends[0] is None else done)
    return None if ends[0] is None else done


def _kept(ends: Ends, of_day: list[Told]) -> bool:
    """Whether a day reached its target, or kept to it: by its values, or as the entry says where it has none."""
    values = [entry.value for entry in of_day if entry.value is not None]
    return _meets(ends, sum(values)) if values else any(entry.done for entry in of_day)


def _measured(measure: Measure, amount: Number, target: Number, *, met: bool) -> Measured:
    only_most = isinstance(measure.target, TargetRange) and measure.target.low is None
    direction = measure.direction or ("at_most" if only_most else "at_least")
    return Measured(amount=amount, target=target, per=measure.per, direction=direction, met=met)


def _meets(ends: Ends, amount: Number) -> bool:
    low, high = ends
    return (low is None or amount >= low) and (high is None or amount <= high)


def _nearer(ends: Ends, amount: Number) -> Number:
    """The end of the target that an amount is measured against: the most once it is exceeded, the least until then."""
    low, high = ends
    if high is not None and (low is None or amount > high):
        return high
    return 0 if low is None else low


def _between(entries: Iterable[Told], first: date, before: date) -> list[Told]:
    return [entry for entry in entries if first <= entry.on < before]
