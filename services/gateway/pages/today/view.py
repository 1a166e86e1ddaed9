"""Today of a clinic as it is shown: the lead, whose patients, and a row each in the order of need."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from events.identity import PLAN
from services.gateway.pages import days, terms
from services.gateway.pages.addresses import PATIENT, TODAY, address
from services.gateway.pages.clinicians import in_order, of_whom, with_whom
from services.gateway.pages.language import Language
from services.gateway.pages.today.changes import Since, since_review
from services.gateway.pages.today.pictures import Drawn, mood_of, week_of
from services.gateway.pages.today.reasons import Saying, Told, Why, about, offers_of, shortened, whys, words_of

SectionName = Literal["first", "today", "quiet", "others"]
_SECTIONS: Sequence[SectionName] = ("first", "first", "first", "today", "quiet", "others", "others")
"""By the place of a row."""
_SHORT = 120


@dataclass(frozen=True, slots=True)
class Row:
    """A patient's row.

    Attributes:
        place: What rows are ordered by, as a text; a row that is read anew has its new one.
        also: Whose patient it is, and the like.
        words: What stands largest; None for those who may read no words.
        held: The goals of which later events are not shown.
    """

    patient: str
    address: str
    place: str
    section: SectionName
    whys: Sequence[Why]
    also: str
    words: Saying | None
    about: Sequence[Saying]
    since: Since | None
    offers: str
    held: Sequence[str]
    week: Drawn | None
    mood: Drawn


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under a heading."""

    name: SectionName
    heading: str
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Filter:
    """A link to the patients of one clinician, or of everyone."""

    text: str
    address: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Soon:
    """A review to come."""

    day: str
    patient: str
    address: str
    statement: str
    is_voice: bool


@dataclass(frozen=True, slots=True)
class TodayView:
    """What the page says.

    Attributes:
        rest: Where the patients behind these are, and how many; empty where all are here.
    """

    day: date
    lead: str
    filters: Sequence[Filter]
    sections: Sequence[Section]
    soon: Sequence[Soon]
    rest: str
    rest_number: int


def today_view(
    language: Language,
    org: str,
    told: Told,
    upcoming: Sequence[Told],
    *,
    reader: str,
    clinician: str | None,
    fallback: date,
) -> TodayView:
    """The page of an answer of …/today.

    Args:
        upcoming: The next reviews of an answer of …/reviews.
        reader: Who looks, so that what waits for them is said as theirs.
        clinician: Whose patients are shown; None for everyone's.
        fallback: The day, where nobody is in treatment.
    """
    items: Sequence[Told] = told["items"]
    days = Counter(each["day"] for each in items)
    day = date.fromisoformat(days.most_common(1)[0][0]) if days else fallback
    rows = [row_of(language, org, each, reader=reader) for each in items]
    rest, number = "", told["counts"]["patients"] - len(rows)
    if told["next"]:
        query = {"cursor": told["next"], "day": day.isoformat(), **({"clinician": clinician} if clinician else {})}
        rest = address(TODAY, org=org, query=query)
    return TodayView(
        day=day,
        lead=_lead(language, told["counts"], upcoming, day),
        filters=list(_filters(language, org, told["counts"], reader=reader, clinician=clinician)),
        sections=[section for section in _sections(language, rows) if section.rows],
        soon=[_soon(language, org, each, day) for each in upcoming],
        rest=rest,
        rest_number=number,
    )


def row_of(language: Language, org: str, told: Told, *, reader: str) -> Row:
    """The row of one patient out of an answer of …/today."""
    patient, place = told["patient"], told["place"]
    return Row(
        patient=patient,
        address=address(PATIENT, org=org, patient=patient),
        place="|".join(map(str, place)),
        section=_SECTIONS[place[0]],
        whys=whys(language, told, reader),
        also=_also(language, told, reader),
        words=words_of(told),
        about=list(about(language, told)),
        since=since_review(language, told, reader),
        offers=offers_of(language, told),
        held=list(_held(language, told)),
        week=week_of(language, told),
        mood=mood_of(language, told),
    )


def _held(language: Language, told: Told) -> Iterator[str]:
    names = {goal["goal"]: goal["wording"] or goal["statement"] for goal in told["goals"]}
    for each in told["quarantined"]:
        goal = each["goal"]
        yield language.gettext("the plan") if goal == PLAN else shortened(names.get(goal) or goal, _SHORT)


def _also(language: Language, told: Told, reader: str) -> str:
    parts = [with_whom(language, told["clinician"], reader)]
    if told["setting"] is not None:
        parts.append(terms.setting(language, told["setting"]))
    ways = [terms.accommodation(language, each) for each in told["accommodations"]]
    if ways:
        parts.append(language.both(ways))
    return " · ".join(filter(None, parts))


def _lead(language: Language, counts: Told, upcoming: Sequence[Told], day: date) -> str:
    _, ngettext = language.gettext, language.ngettext
    number, by_need = counts["patients"], counts["by_need"]
    if not number:
        return _("Nobody is in treatment here yet.")
    people = ngettext("One person.", "%(number)s people.", number)
    parts = []
    if waiting := by_need["waiting_for_clinician"]:
        parts.append(ngettext("one waits for an answer", "%(number)s wait for an answer", waiting))
    if low := by_need["setback"] + by_need["motivation_dip"]:
        parts.append(
            ngettext("one more told a setback or a dip", "%(number)s more told a setback or a dip", low)
            if parts
            else ngettext("one told a setback or a dip", "%(number)s told a setback or a dip", low)
        )
    if due := by_need["review_overdue"] + by_need["review_due"]:
        parts.append(
            ngettext("one more has a review due", "%(number)s more have a review due", due)
            if parts
            else ngettext("one has a review due", "%(number)s have a review due", due)
        )
    if quiet := by_need["no_entry"]:
        parts.append(
            ngettext("one more told nothing for a week", "%(number)s more told nothing for a week", quiet)
            if parts
            else ngettext("one told nothing for a week", "%(number)s told nothing for a week", quiet)
        )
    if not parts:
        return " ".join(filter(None, (people, _("Nobody waits."), _next_review(language, upcoming, day))))
    sentence = language.both(parts)
    none = (
        ""
        if counts["by_reason"]["setback"] + counts["by_reason"]["motivation_dip"]
        else _("No setback and no dip since the last reviews.")
    )
    return " ".join(filter(None, (people, f"{sentence[:1].upper()}{sentence[1:]}.", none)))


def _next_review(language: Language, upcoming: Sequence[Told], day: date) -> str:
    if not upcoming:
        return ""
    first = upcoming[0]
    on = days.ahead(language, date.fromisoformat(first["due_on"]), day)
    return language.gettext("Next review: %(day)s, %(patient)s.", day=on, patient=first["patient"])


def _filters(language: Language, org: str, counts: Told, *, reader: str, clinician: str | None) -> Iterator[Filter]:
    _ = language.gettext
    theirs: Mapping[str | None, int] = {each["clinician"]: each["patients"] for each in counts["by_clinician"]}
    if not theirs and clinician is None:
        return  # Nothing to choose from.
    everyone = language.number(sum(theirs.values()))
    yield Filter(_("Everyone, %(number)s", number=everyone), address(TODAY, org=org), clinician is None)
    for each in in_order(theirs, reader):
        text = of_whom(language, each, theirs[each], reader)
        yield Filter(text, address(TODAY, org=org, query={"clinician": each}), clinician == each)


def _sections(language: Language, rows: Sequence[Row]) -> Iterator[Section]:
    _ = language.gettext
    headings: Sequence[tuple[SectionName, str]] = (
        ("first", _("Talk to first")),
        ("today", _("Review today")),
        ("quiet", _("Quiet for a week")),
        ("others", _("Everyone else")),
    )
    for name, heading in headings:
        yield Section(name, heading, [row for row in rows if row.section == name])


def _soon(language: Language, org: str, review: Told, day: date) -> Soon:
    patient = review["patient"]
    return Soon(
        days.ahead(language, date.fromisoformat(review["due_on"]), day),
        patient,
        address(PATIENT, org=org, patient=patient),
        shortened(review["wording"] or review["statement"], _SHORT),
        review["own_words"] is True and not review["wording"],
    )
