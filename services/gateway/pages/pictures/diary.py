"""A diary as a calendar of weeks: what is known of each day, so that a day nobody told is plainly unknown (S43).

`templates/pictures/diary.html` draws what is worked out here, with the marks that a week has (`pictures_week.py`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from events.goal.entries import ProgressEntry
from services.gateway.pages.pictures.ladder import signed
from services.gateway.pages.pictures.week import Mark

MAX_WEEKS = 12
"""How many weeks are drawn at a time; earlier ones have an address of their own."""
_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)
_SHORT = 4
"""How many characters can be read on a stone."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days that a calendar draws, whole weeks from a Monday to a Sunday, and what lies before and after them.

    Attributes:
        first, last: The first and the last day.
        has_earlier, has_later: Whether there are days of the goal before and after these.
    """

    first: date
    last: date
    has_earlier: bool
    has_later: bool

    @property
    def earlier(self) -> "tuple[date, date]":
        """The days to ask for to see what comes before."""
        return self.first - MAX_WEEKS * _WEEK, self.first - _DAY

    @property
    def later(self) -> "tuple[date, date]":
        """The days to ask for to see what comes after."""
        return self.last + _DAY, self.last + MAX_WEEKS * _WEEK


@dataclass(frozen=True, slots=True)
class Cell:
    """A day as it is drawn.

    Attributes:
        mark: What is known of it; None of a day that is none of the goal's.
        text: What stands on its stone: a step or a value.
        entries: What was told of it, in the order in which it was told.
    """

    on: date
    mark: Mark | None
    text: str | None = None
    entries: Sequence[ProgressEntry] = ()

    @property
    def has_note(self) -> bool:
        """Whether anybody wrote a note for the day."""
        return any(entry.note for entry in self.entries)


@dataclass(frozen=True, slots=True)
class DiaryPicture:
    """What `pictures/diary.html` draws: weeks of seven days each.

    Attributes:
        told, untold: How many days of these were told, and how many were not, up to today.
    """

    weeks: Sequence[Sequence[Cell]]
    told: int
    untold: int

    @property
    def days(self) -> Iterator[Cell]:
        """All days in their order."""
        for week in self.weeks:
            yield from week


def monday(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def span_of(began: date, ends: date, *, first: date | None = None, last: date | None = None) -> Span:
    """The weeks to draw: the last ones of the goal, or those that are asked for, and never too many.

    Args:
        began, ends: The first and the last day of the goal, or today while it goes on.
        first, last: What is asked for.
    """
    end = min(max(last, began), ends) if last else ends
    if last is None and first is not None:
        end = min(max(first, began) + MAX_WEEKS * _WEEK - _DAY, ends)
    start = max(monday(end) - (MAX_WEEKS - 1) * _WEEK, monday(began))
    if first is not None:
        start = min(max(start, monday(first)), monday(end))
    sunday = monday(end) + _WEEK - _DAY
    return Span(start, sunday, has_earlier=start > began, has_later=sunday < ends)


def diary_picture(
    entries: Iterable[ProgressEntry],
    span: Span,
    *,
    began: date,
    today: date,
    ended: date | None,
    is_whole: bool = True,
) -> DiaryPicture:
    """A calendar of the days of a span.

    Args:
        began: The first day of the goal.
        today: The day of looking, where the patient is treated.
        ended: The last day of a goal that is over.
        is_whole: Whether these are all entries of the span. Where they are not, a day without one is left blank: it may
            have been told.
    """
    by_day: dict[date, list[ProgressEntry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda each: each.version):
        by_day[entry.on].append(entry)
    weeks = []
    for number in range((span.last - span.first).days // 7 + 1):
        days = (span.first + number * _WEEK + place * _DAY for place in range(7))
        cells = (_cell(day, by_day.get(day, ()), began, today, ended) for day in days)
        weeks.append(tuple(cell if is_whole or cell.mark != "unknown" else Cell(cell.on, None) for cell in cells))
    known = [cell for week in weeks for cell in week if cell.on <= today]
    told = sum(bool(cell.entries) for cell in known)
    return DiaryPicture(tuple(weeks), told, sum(cell.mark == "unknown" for cell in known))


def mark_of(entries: Sequence[ProgressEntry]) -> Mark:
    """What is known of a day with entries: what was told of it last counts. A day with a setback went otherwise."""
    if any(entry.setback for entry in entries):
        return "otherwise"
    done = next((entry.done for entry in reversed(entries) if entry.done is not None), None)
    if done is None:
        return "told"
    return "kept" if done else "otherwise"


def _cell(day: date, entries: Sequence[ProgressEntry], began: date, today: date, ended: date | None) -> Cell:
    if entries:
        return Cell(day, mark_of(entries), _text(entries), tuple(entries))
    if day < began or (ended is not None and day > ended):
        return Cell(day, None)
    return Cell(day, "unknown" if day < today else "today" if day == today else "ahead")


def _text(entries: Sequence[ProgressEntry]) -> str | None:
    """The step that was told last of a day, else the value, if it is short enough to be read on a stone."""
    level = next((entry.level for entry in reversed(entries) if entry.level is not None), None)
    if level is not None:
        return signed(level)
    value = next((entry.value for entry in reversed(entries) if entry.value is not None), None)
    text = "" if value is None else f"{value:g}"
    return text if 0 < len(text) <= _SHORT else None
