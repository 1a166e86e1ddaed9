"""The diary of a goal on its page: a calendar, a line for mood and one for motivation, and all of it as a table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from events.goal import GoalState
from events.goal.entries import ProgressEntry
from services.gateway.pages.counted import counted
from services.gateway.pages.language import Language
from services.gateway.pages.pictures.diary import Cell, DiaryPicture, Span, diary_picture
from services.gateway.pages.pictures.ladder import signed
from services.gateway.pages.pictures.line import WIDE, LinePicture, Point, Scale, line_picture
from services.gateway.pages.voices import Said

MAX_ROWS = 100
"""How many entries the table has, those of the last days."""
MAX_NOTE_CHARACTERS = 160
"""Of a note, wherever the table has it whole."""


@dataclass(frozen=True, slots=True)
class DayOfDiary:
    """A day of the calendar.

    Attributes:
        letter, weekday: What stands above its column.
        said: What the mark shows, for those who do not see it.
        leads_to: The row with its note; None where there is none.
    """

    cell: Cell
    letter: str
    weekday: str
    said: str
    leads_to: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of what was told, and the sentence below it."""

    picture: LinePicture
    said: str


@dataclass(frozen=True, slots=True)
class ToldDay:
    """An entry as a row of the table, or of a list.

    Attributes:
        anchor: Its name in the address of the page; None for a further entry of the same day.
        told: What it says beside its note, in a few words.
        note: None where there is none.
    """

    on: date
    anchor: str | None
    told: str
    note: Said | None


@dataclass(frozen=True, slots=True)
class DiaryView:
    """What the page says of the diary.

    Attributes:
        weeks: The calendar; none where the work has not begun and nothing was told.
        key: Which marks are in it.
        earlier, later: What to ask for to see other weeks.
        rows: Entries of these weeks, in the order of their days.
        latest: The last note of these weeks, and its day.
        is_whole: Whether all entries of these weeks are in the rows.
        is_drawn_whole: Whether they are all in the calendar, so that a day that is not told is known to be untold.
    """

    caption: str
    weeks: Sequence[Sequence[DayOfDiary]]
    key: Sequence[str]
    earlier: dict[str, str] | None
    later: dict[str, str] | None
    lines: Sequence[Line]
    rows: Sequence[ToldDay]
    latest: ToldDay | None
    is_whole: bool
    is_drawn_whole: bool

    @property
    def is_begun(self) -> bool:
        """Whether there is anything to draw: a diary begins with the work."""
        return bool(self.weeks)


def diary_view(
    language: Language,
    goal: GoalState,
    entries: Sequence[ProgressEntry],
    span: Span,
    *,
    began: date,
    today: date,
    ended: date | None,
    is_whole: bool,
) -> DiaryView:
    """The diary in some weeks.

    Args:
        entries: Of these weeks.
        began, ended: The first day of the goal, and the last one of a goal that is over.
        is_whole: Whether these are all entries of these weeks.
    """
    unit = goal.smart.measure.unit if goal.smart and goal.smart.measure else None
    picture = diary_picture(entries, span, began=began, today=today, ended=ended, is_whole=is_whole)
    is_drawn = bool(entries) or goal.started_on is not None or goal.is_begun
    in_order = sorted(entries, key=lambda entry: (entry.on, entry.version))
    rows = list(_rows(language, in_order[-MAX_ROWS:], unit))
    anchors = {row.on: row.anchor for row in rows if row.anchor}
    noted = [row for row in rows if row.note is not None]
    return DiaryView(
        _caption(language, picture),
        [[_day(language, cell, unit, began, anchors) for cell in week] for week in picture.weeks] if is_drawn else (),
        _key(picture),
        _asked(span.earlier) if span.has_earlier else None,
        _asked(span.later) if span.has_later else None,
        list(_lines(language, in_order, span, today)),
        rows,
        noted[-1] if noted else None,
        is_whole and len(entries) <= MAX_ROWS,
        is_whole,
    )


def told(language: Language, entry: ProgressEntry, unit: str | None) -> str:
    """What an entry says beside its note, in a few words."""
    _ = language.gettext
    parts = []
    if entry.done is not None:
        parts.append(_("done") if entry.done else _("went otherwise"))
    if entry.value is not None:
        parts.append(counted(language, entry.value, unit))
    if entry.level is not None:
        parts.append(_("step %(level)s", level=signed(entry.level)))
    if entry.mood is not None:
        parts.append(_("mood %(number)s", number=language.number(entry.mood)))
    if entry.motivation is not None:
        parts.append(_("motivation %(number)s", number=language.number(entry.motivation)))
    if entry.setback:
        parts.append(_("a setback told"))
    if entry.corrected:
        parts.append(_("put right later"))
    return ", ".join(parts)


def shortened(note: str) -> str:
    """A note where it is not the only place of it."""
    return note if len(note) <= MAX_NOTE_CHARACTERS else f"{note[: MAX_NOTE_CHARACTERS - 1].rstrip()}…"


def note_of(language: Language, entry: ProgressEntry) -> Said | None:
    """The note of an entry, in the voice of whoever wrote it."""
    return Said.by_actor(language, entry.note, entry.actor) if entry.note else None


def _rows(language: Language, entries: Sequence[ProgressEntry], unit: str | None) -> Iterator[ToldDay]:
    before: date | None = None
    for entry in entries:
        anchor = f"day-{entry.on}" if entry.on != before else None
        yield ToldDay(entry.on, anchor, told(language, entry, unit), note_of(language, entry))
        before = entry.on


def _day(language: Language, cell: Cell, unit: str | None, began: date, anchors: Mapping[date, str]) -> DayOfDiary:
    said = _said(language, cell, language.day(cell.on), unit, began)
    leads_to = anchors.get(cell.on) if cell.has_note else None
    return DayOfDiary(cell, language.weekday_letter(cell.on), language.weekday(cell.on), said, leads_to)


def _said(language: Language, cell: Cell, day: str, unit: str | None, began: date) -> str:
    _ = language.gettext
    if cell.entries:
        last, *others = reversed(cell.entries)
        parts = [said] if (said := told(language, last, unit)) else []
        if others:
            parts.append(language.ngettext("and once more", "and %(number)s times more", len(others)))
        if cell.has_note:
            parts.append(_("with a note"))
        return _("%(day)s: told: %(what)s", day=day, what="; ".join(parts))
    match cell.mark:
        case "unknown":
            return _("%(day)s: not told", day=day)
        case "today":
            return _("%(day)s: today, not told yet", day=day)
        case "ahead":
            return _("%(day)s: still to come", day=day)
        case _:
            return _("before the goal began") if cell.on < began else _("after the goal ended")


def _caption(language: Language, picture: DiaryPicture) -> str:
    told_days = language.ngettext("One day told", "%(number)s days told", picture.told)
    if not picture.untold:
        return language.gettext("%(told)s. Each row is a week, by its Monday.", told=told_days)
    untold = language.ngettext("one day not told", "%(number)s days not told", picture.untold)
    return language.gettext("%(told)s, %(untold)s. Each row is a week, by its Monday.", told=told_days, untold=untold)


def _key(picture: DiaryPicture) -> list[str]:
    there = {cell.mark for cell in picture.days if cell.mark}
    marks: list[str] = [mark for mark in ("kept", "told", "otherwise", "unknown") if mark in there]
    return [*marks, "note"] if any(cell.has_note for cell in picture.days) else marks


def _asked(days: tuple[date, date]) -> dict[str, str]:
    first, last = days
    return {"from": first.isoformat(), "to": last.isoformat()}


def _lines(language: Language, entries: Sequence[ProgressEntry], span: Span, today: date) -> Iterator[Line]:
    """The last mood, and the last motivation, of each day."""
    moods = {entry.on: entry.mood for entry in entries if entry.mood is not None}
    ratings = {entry.on: entry.motivation for entry in entries if entry.motivation is not None}
    last = min(span.last, today)
    for values, low, named in (
        (moods, 1, language.gettext("Mood, from 1 to 10")),
        (ratings, 0, language.gettext("Motivation, from 0 to 10")),
    ):
        if values:
            yield _line(language, named, values, Scale(span.first, last, low, 10))


def _line(language: Language, named: str, values: dict[date, int], scale: Scale) -> Line:
    days = list(values)
    lowest, highest = min(values.values()), max(values.values())
    if lowest == highest:
        said = language.gettext(
            "%(named)s: %(number)s, first told on %(first)s, last on %(last)s.",
            named=named,
            number=language.number(lowest),
            first=language.day(days[0]),
            last=language.day(days[-1]),
        )
    else:
        said = language.gettext(
            "%(named)s: between %(lowest)s and %(highest)s; %(begin)s on %(first)s, %(end)s on %(last)s.",
            named=named,
            lowest=language.number(lowest),
            highest=language.number(highest),
            begin=language.number(values[days[0]]),
            first=language.day(days[0]),
            end=language.number(values[days[-1]]),
            last=language.day(days[-1]),
        )
    points = [Point(day, value) for day, value in values.items()]
    return Line(line_picture(said, points, scale, language.number(values[days[-1]]), WIDE), said)
