"""The reviews of a clinic as they are shown: seven weeks as a calendar, and a list in the order of their days."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple

from events.goal.measured import monday
from projections.review_schedule.overview import Counted, OnDay
from services.gateway.pages import days
from services.gateway.pages.addresses import GOAL, REVIEWS, address
from services.gateway.pages.clinicians import in_order, of_whom, with_whom
from services.gateway.pages.language import Language
from services.gateway.pages.today.reasons import Sign, Told, shortened
from services.gateway.pages.today.view import Filter

WEEKS = 7
"""How many weeks the calendar has: the one before, this one and five to come."""
_WEEKS_BEFORE = 1
MOST_IN_A_CELL = 4
"""How many reviews of a day have room in the calendar."""
_SHORT = 120
Kind = Literal["due", "moved away"]


@dataclass(frozen=True, slots=True)
class InCell:
    """A review in the calendar, or the place that one was moved away from."""

    patient: str
    goal: str
    address: str
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of the calendar.

    Attributes:
        number: The day of the month; with the month where one begins, and on the first day of all.
        name: What the day is called by itself.
        more: How many reviews are on the day that have no room.
    """

    number: str
    name: str
    is_today: bool
    entries: Sequence[InCell]
    more: int


@dataclass(frozen=True, slots=True)
class Line:
    """A review in the list.

    Attributes:
        goal: The goal's id, for those who may read no words.
        statement: The wording in force; empty for those who may read no words.
        moved: From which day it was moved; empty where it was not.
        held: Whether later events of the goal are not shown.
    """

    day: str
    patient: str
    goal: str
    address: str
    statement: str
    is_voice: bool
    also: str
    moved: str
    held: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Reviews under a heading."""

    name: str
    heading: str
    sign: Sign
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class ReviewsView:
    """What the page says.

    Attributes:
        weekdays: The name and the letter of each day at the head of the calendar.
        weeks: The calendar; empty on a part of the list behind the first one.
        next_address: Of the reviews behind these; empty at the end.
        first_address: Of the whole page; empty where this is it.
    """

    lead: str
    filters: Sequence[Filter]
    weekdays: Sequence[tuple[str, str]]
    weeks: Sequence[Sequence[Cell]]
    groups: Sequence[Group]
    next_address: str
    first_address: str


class ReviewsFound(NamedTuple):
    """What was read for the page.

    Attributes:
        listed: An answer of …/reviews up to :func:`last_day`, of whoever is shown.
        counts: How many there are up to then, of everyone.
        on_days: What stands on the days of the calendar; None where there is none.
    """

    listed: Told
    counts: Sequence[Counted]
    on_days: Sequence[OnDay] | None


def first_day(day: date) -> date:
    """The first day of the calendar, seen from a day."""
    return monday(day) - timedelta(weeks=_WEEKS_BEFORE)


def last_day(day: date) -> date:
    """The last day of the calendar, seen from a day."""
    return monday(day) + timedelta(weeks=WEEKS - _WEEKS_BEFORE, days=-1)


def reviews_view(
    language: Language,
    org: str,
    found: ReviewsFound,
    day: date,
    *,
    reader: str,
    clinician: str | None,
    chosen: date | None = None,
) -> ReviewsView:
    """The page.

    Args:
        reader: Who looks, so that their own patients are said to be theirs.
        clinician: Whose patients are shown; None for everyone's.
        chosen: The day from which it was asked to be looked at; None for today.
    """
    items: Sequence[Told] = found.listed["items"]
    days = [first_day(day) + timedelta(days=each) for each in range(WEEKS * 7)]
    calendar = [] if found.on_days is None else _calendar(language, org, found.on_days, days, day)
    groups = [_group(language, org, name, items, day, reader) for name in ("overdue", "due", "upcoming")]
    here = {"clinician": clinician, "day": chosen.isoformat() if chosen else None}
    kept = {name: value for name, value in here.items() if value is not None}
    following = found.listed["next"]
    return ReviewsView(
        lead=_lead(language, found, [each for each in found.counts if clinician in (None, each.clinician)], day),
        filters=list(_filters(language, org, found.counts, reader=reader, clinician=clinician)),
        weekdays=[(language.weekday(each), language.weekday_letter(each)) for each in days[:7]],
        weeks=[calendar[each : each + 7] for each in range(0, len(calendar), 7)],
        groups=[group for group in groups if group.lines],
        next_address=address(REVIEWS, org=org, query={**kept, "cursor": following}) if following else "",
        first_address=address(REVIEWS, org=org, query=kept or None) if found.on_days is None else "",
    )


def _lead(language: Language, found: ReviewsFound, counts: Sequence[Counted], day: date) -> str:
    _, ngettext = language.gettext, language.ngettext
    by_status: Counter[str] = Counter()
    for each in counts:
        by_status[each.status] += each.number
    if not counts:
        return _("No review is set in these weeks.")
    parts = []
    if number := by_status["overdue"]:
        parts.append(
            ngettext(
                "One review is due since an earlier day", "%(number)s reviews are due since an earlier day", number
            )
        )
    if number := by_status["due"]:
        parts.append(ngettext("one is due today", "%(number)s are due today", number))
    if parts:
        sentence = language.both(parts)
        return f"{sentence[:1].upper()}{sentence[1:]}."
    first = next(iter(found.listed["items"]), None) if found.on_days is not None else None
    if first is None:
        return _("No review is due.")
    on = days.ahead(language, date.fromisoformat(first["due_on"]), day)
    return _("No review is due. Next review: %(day)s, %(patient)s.", day=on, patient=first["patient"])


def _filters(
    language: Language, org: str, counts: Sequence[Counted], *, reader: str, clinician: str | None
) -> Iterator[Filter]:
    _ = language.gettext
    theirs: Counter[str | None] = Counter()
    for each in counts:
        theirs[each.clinician] += each.number
    if not theirs and clinician is None:
        return  # Nothing to choose from.
    everyone = language.number(theirs.total())
    yield Filter(_("Everyone, %(number)s", number=everyone), address(REVIEWS, org=org), clinician is None)
    for whose in in_order((*theirs, clinician), reader):
        text = of_whom(language, whose, theirs[whose], reader)
        yield Filter(text, address(REVIEWS, org=org, query={"clinician": whose}), clinician == whose)


def _calendar(
    language: Language, org: str, on_days: Sequence[OnDay], days: Sequence[date], today: date
) -> Sequence[Cell]:
    by_day: dict[date, list[OnDay]] = {}
    for each in on_days:
        by_day.setdefault(each.on, []).append(each)
    return [
        _cell(language, org, day, today, by_day.get(day, ()), with_month=day.day == 1 or day == days[0]) for day in days
    ]


def _cell(language: Language, org: str, day: date, today: date, there: Sequence[OnDay], *, with_month: bool) -> Cell:
    return Cell(
        language.short_day(day) if with_month else language.number(day.day),
        language.weekday_and_day(day),
        day == today,
        [_in_cell(language, org, each) for each in there],
        there[0].number - len(there) if there else 0,
    )


def _in_cell(language: Language, org: str, each: OnDay) -> InCell:
    text = ""
    if each.kind == "moved away":
        text = language.gettext("moved to %(day)s", day=language.short_day(each.due_on))
    elif each.moved_from:
        text = language.gettext("moved from %(day)s", day=language.short_day(each.moved_from))
    leads_to = address(GOAL, org=org, patient=each.patient, goal=each.goal)
    return InCell(each.patient, each.goal, leads_to, each.kind, text)


def _group(language: Language, org: str, name: str, items: Sequence[Told], day: date, reader: str) -> Group:
    _ = language.gettext
    headings: dict[str, tuple[str, Sign]] = {
        "overdue": (_("Due since an earlier day"), "since"),
        "due": (_("Due today"), "today"),
        "upcoming": (_("Coming up"), "today"),
    }
    heading, sign = headings[name]
    lines = [_line(language, org, each, day, reader) for each in items if each["status"] == name]
    return Group(name, heading, sign, lines)


def _line(language: Language, org: str, review: Told, day: date, reader: str) -> Line:
    _ = language.gettext
    due_on, patient, clinician = date.fromisoformat(review["due_on"]), review["patient"], review["clinician"]
    before = review["moved_from"] and date.fromisoformat(review["moved_from"])
    return Line(
        day=days.ahead(language, due_on, day) if due_on >= day else days.dated(language, due_on, day),
        patient=patient,
        goal=review["goal"],
        address=address(GOAL, org=org, patient=patient, goal=review["goal"]),
        statement=shortened(review["wording"] or review["statement"], _SHORT),
        is_voice=review["own_words"] is True and not review["wording"],
        also=with_whom(language, clinician, reader),
        moved=_("moved from %(day)s", day=days.dated(language, before, day)) if before else "",
        held=review["quarantined"] is not None,
    )
