"""The reviews of a clinic as they are shown: seven weeks as a calendar, and a list in the order of their days."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from events.goal.measured import monday
from services.gateway.pages import days
from services.gateway.pages.addresses import GOAL, REVIEWS, address
from services.gateway.pages.language import Language
from services.gateway.pages.today.reasons import Sign, Told, shortened
from services.gateway.pages.today.view import Filter

WEEKS = 7
"""How many weeks the calendar has: the one before, this one and five to come."""
_WEEKS_BEFORE = 1
_MOST_IN_A_CELL = 4
_SHORT = 120
Kind = Literal["due", "moved away"]


@dataclass(frozen=True, slots=True)
class InCell:
    """A review in the calendar, or the place that one was moved away from."""

    patient: str
    address: str
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of the calendar.

    Attributes:
        number: The day of the month; with the month where one begins.
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
        moved: From which day it was moved; empty where it was not.
        held: Whether later events of the goal are not shown.
    """

    day: str
    patient: str
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
        is_cut: Whether there are more reviews in these weeks than are shown.
    """

    lead: str
    filters: Sequence[Filter]
    weekdays: Sequence[tuple[str, str]]
    weeks: Sequence[Sequence[Cell]]
    groups: Sequence[Group]
    is_cut: bool


def last_day(day: date) -> date:
    """The last day of the calendar, seen from a day."""
    return monday(day) + timedelta(weeks=WEEKS - _WEEKS_BEFORE, days=-1)


def reviews_view(
    language: Language, org: str, told: Told, day: date, *, reader: str, clinician: str | None
) -> ReviewsView:
    """The page of an answer of …/reviews of everyone, up to :func:`last_day`.

    Args:
        reader: Who looks, so that their own patients are said to be theirs.
        clinician: Whose patients are shown; None for everyone's.
    """
    everybody: Sequence[Told] = told["items"]
    items = [each for each in everybody if clinician in (None, each["clinician"])]
    first = monday(day) - timedelta(weeks=_WEEKS_BEFORE)
    days = [first + timedelta(days=each) for each in range(WEEKS * 7)]
    cells = _in_cells(language, org, items)
    calendar = [_cell(language, each, day, cells.get(each, ())) for each in days]
    groups = [_group(language, org, name, items, day, reader) for name in ("overdue", "due", "upcoming")]
    return ReviewsView(
        lead=_lead(language, items, day),
        filters=list(_filters(language, org, everybody, reader=reader, clinician=clinician)),
        weekdays=[(language.weekday(each), language.weekday_letter(each)) for each in days[:7]],
        weeks=[calendar[each : each + 7] for each in range(0, len(calendar), 7)],
        groups=[group for group in groups if group.lines],
        is_cut=told["next"] is not None,
    )


def _lead(language: Language, items: Sequence[Told], day: date) -> str:
    _, ngettext = language.gettext, language.ngettext
    by_status = Counter(each["status"] for each in items)
    if not items:
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
    on = days.ahead(language, date.fromisoformat(items[0]["due_on"]), day)
    return _("No review is due. Next review: %(day)s, %(patient)s.", day=on, patient=items[0]["patient"])


def _filters(
    language: Language, org: str, items: Sequence[Told], *, reader: str, clinician: str | None
) -> Iterator[Filter]:
    _ = language.gettext
    theirs = Counter(each["clinician"] for each in items)
    everyone = language.number(len(items))
    yield Filter(_("Everyone, %(number)s", number=everyone), address(REVIEWS, org=org), clinician is None)
    named = {each for each in (*theirs, clinician) if each is not None}
    for each in sorted(named, key=lambda each: (each != reader, each)):
        number = language.number(theirs[each])
        text = _("Mine, %(number)s", number=number) if each == reader else f"{each}, {number}"
        yield Filter(text, address(REVIEWS, org=org, query={"clinician": each}), clinician == each)


def _in_cells(language: Language, org: str, items: Sequence[Told]) -> dict[date, Sequence[InCell]]:
    found: dict[date, list[InCell]] = defaultdict(list)
    for each in items:
        due_on, patient = date.fromisoformat(each["due_on"]), each["patient"]
        leads_to = address(GOAL, org=org, patient=patient, goal=each["goal"])
        text = ""
        if each["moved_from"]:
            before = date.fromisoformat(each["moved_from"])
            moved = language.gettext("moved to %(day)s", day=language.short_day(due_on))
            found[before].append(InCell(patient, leads_to, "moved away", moved))
            text = language.gettext("moved from %(day)s", day=language.short_day(before))
        found[due_on].append(InCell(patient, leads_to, "due", text))
    # What is due comes before what is no longer there.
    return {day: sorted(entries, key=lambda entry: (entry.kind, entry.patient)) for day, entries in found.items()}


def _cell(language: Language, day: date, today: date, entries: Sequence[InCell]) -> Cell:
    return Cell(
        language.short_day(day) if day.day == 1 else language.number(day.day),
        language.weekday_and_day(day),
        day == today,
        entries[:_MOST_IN_A_CELL],
        max(0, len(entries) - _MOST_IN_A_CELL),
    )


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
        day=days.ahead(language, due_on, day) if due_on >= day else language.weekday_and_day(due_on),
        patient=patient,
        address=address(GOAL, org=org, patient=patient, goal=review["goal"]),
        statement=shortened(review["statement"], _SHORT),
        is_voice=review["own_words"] is True,
        also="" if clinician is None else _("With you") if clinician == reader else _("With %(who)s", who=clinician),
        moved=_("moved from %(day)s", day=language.weekday_and_day(before)) if before else "",
        held=review["quarantined"] is not None,
    )
