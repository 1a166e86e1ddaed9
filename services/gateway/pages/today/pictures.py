"""The pictures of a row of Today: the week as stones, and four weeks of mood as a line, each with its sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from services.gateway.pages import days, terms
from services.gateway.pages.language import Language
from services.gateway.pages.pictures.line import LinePicture, Point, Scale, line_picture
from services.gateway.pages.pictures.week import Day, Mark, WeekPicture, week_picture
from services.gateway.pages.today.reasons import Told, shortened

_MARKS: Mapping[str, Mark] = {
    "kept": "kept",
    "otherwise": "otherwise",
    "told": "told",
    "untold": "unknown",
    "today": "today",
    "ahead": "ahead",
}
_DAYS = 28
_RECENT_DAYS = 7
_MOOD = (1, 10)
_MOST_DAYS_NAMED = 2
_SAID_BEFORE = 1_000
"""How many days and numbers are remembered as they are written: a page has the same few for each of its patients."""
_INSTRUMENT_ENDS: Mapping[str, tuple[int, int]] = {"phq9": (0, 27), "k10": (10, 50), "distress_thermometer": (0, 10)}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture with its sentence.

    Attributes:
        picture: None where nobody told what it would show.
        heading: Which week it is, where that is not the present one.
    """

    picture: WeekPicture | LinePicture | None
    text: str
    heading: str = ""


def week_of(language: Language, row: Told) -> Drawn | None:
    """The week of the goal of which most days are told; None while none is worked on.

    It is this one, and the last one for as long as nothing of this one is told.
    """
    goals = [goal for goal in row["goals"] if goal["week"] is not None]
    if not goals:
        return None
    # The one of the first reason, where they are told alike.
    first = row["reasons"][0]["goal"] if row["reasons"] else None
    goal = max(
        goals,
        key=lambda each: (
            each["week"]["told"],
            each["last_week"]["told"] if each["last_week"] else 0,
            each["goal"] == first,
            each["week"]["measured"] is not None,
        ),
    )
    last, today = goal["last_week"], date.fromisoformat(row["day"])
    week = last or goal["week"]
    days = [_day(language, each, today) for each in week["days"]]
    letters = [_letter(language, day.on) for day in days]
    about = _about(goal, week)
    told = [_said(language, each, today) for each in week["days"] if each["state"] != "ahead"]
    which = language.gettext("Last week") if last else language.gettext("This week")
    name = _ended(f"{which}, {about}" if about else which)
    text = " ".join(_sentences(language, goal, week))
    return Drawn(week_picture(f"{name} {'; '.join(told)}.", days, letters), text, which if last else "")


def mood_of(language: Language, row: Told) -> Drawn:
    """Four weeks of mood, else of distress; and what the scores came to."""
    _ = language.gettext
    today = date.fromisoformat(row["day"])
    first = today - timedelta(days=_DAYS - 1)
    scores = _scores(language, row["measures"])
    if row["mood"]:
        points = [Point(date.fromisoformat(each["on"]), each["value"]) for each in row["mood"]]
        text = " ".join(filter(None, (_mood(language, points, today), scores)))
        name = _("Mood from 1 to 10: %(told)s", told=_list(language, points))
        last = language.number(points[-1].value)
        return Drawn(line_picture(name, points, Scale(first, today, *_MOOD), last), text)
    instruments = [each["instrument"] for each in row["distress"]]
    if instruments:
        instrument = max(sorted(set(instruments)), key=instruments.count)
        points = [
            Point(date.fromisoformat(each["on"]), each["score"])
            for each in row["distress"]
            if each["instrument"] == instrument
        ]
        low, high = _INSTRUMENT_ENDS[instrument]
        called = terms.instrument(language, instrument)
        name = _("%(instrument)s: %(told)s", instrument=called, told=_list(language, points))
        picture = line_picture(name, points, Scale(first, today, low, high), language.number(points[-1].value))
        return Drawn(picture, scores)
    nothing = _("No mood told in four weeks.")
    return Drawn(None, " ".join(filter(None, (nothing, scores))))


def _day(language: Language, told: Told, today: date) -> Day:
    on, state = date.fromisoformat(told["on"]), told["state"]
    text = None
    if told["value"] is not None:
        text = _short(language, told["value"])
    elif told["level"] is not None and state == "told":
        text = f"{told['level']:+d}".replace("-", "\u2212") if told["level"] else "0"
    return Day(on, _MARKS[state], text, on == today)


def _short(language: Language, value: float) -> str | None:
    """A number that has room on a stone."""
    text = language.number(round(value, 1))
    return text if len(text) <= 4 else None


def _said(language: Language, told: Told, today: date) -> str:
    _ = language.gettext
    on = date.fromisoformat(told["on"])
    weekday = _weekday(language, on)
    value = None if told["value"] is None else language.number(told["value"])
    match told["state"]:
        case "untold":
            return _("%(weekday)s not told", weekday=weekday)
        case "today":
            return _("%(weekday)s is today", weekday=weekday)
        case _ if value is not None:
            return _("%(weekday)s %(value)s", weekday=weekday, value=value)
        case "kept":
            return _("%(weekday)s as planned", weekday=weekday)
        case "otherwise":
            return _("%(weekday)s told otherwise", weekday=weekday)
    return _("%(weekday)s told", weekday=weekday)


def _sentences(language: Language, goal: Told, week: Told) -> Sequence[str]:
    _, ngettext = language.gettext, language.ngettext
    if not week["told"]:
        return [_nothing(language, week)]
    found = [_reached(language, goal, week)]
    # A number says by itself that it is another than the one that was agreed.
    if week["otherwise"] and week["value"] is None:
        found.append(ngettext("One told otherwise.", "%(number)s told otherwise.", week["otherwise"]))
    untold = [date.fromisoformat(each["on"]) for each in week["days"] if each["state"] == "untold"]
    if 0 < len(untold) <= _MOST_DAYS_NAMED:
        found.append(_("Not told: %(days)s.", days=language.both([language.weekday(day) for day in untold])))
    elif untold:
        found.append(ngettext("One day not told.", "%(number)s days not told.", len(untold)))
    if week is not goal["week"] and goal["week"]["untold"]:
        found.append(_nothing(language, goal["week"]))
    return found


def _nothing(language: Language, week: Told) -> str:
    """Of this week, of which nothing is told; on its Monday nothing could be."""
    if week["untold"]:
        return language.gettext("Nothing told this week: we do not know.")
    return language.gettext("Nothing told yet this week.")


def _reached(language: Language, goal: Told, week: Told) -> str:
    _ = language.gettext
    is_over = week is not goal["week"]
    measured, measure = week["measured"], week["measure"]
    about = _about(goal, week)
    if measured is not None and measured["per"] in ("week", "month"):
        amount, wanted = language.number(measured["amount"]), language.number(measured["target"])
        if measured["direction"] == "at_most":
            so_far = _(
                "%(amount)s, at most %(target)s agreed",
                amount=_told(language, amount, is_over=is_over),
                target=wanted,
            )
        elif measured["amount"] > measured["target"]:
            so_far = _("%(amount)s, %(wanted)s agreed", amount=_told(language, amount, is_over=is_over), wanted=wanted)
        else:
            so_far = _("%(amount)s of %(wanted)s", amount=amount, wanted=wanted)
            so_far = so_far if is_over else _("%(said)s so far", said=so_far)
        return _with(language, so_far, about)
    values = [language.number(each["value"]) for each in week["days"] if each["value"] is not None]
    if values and measured is not None and isinstance(measure and measure["target"], int | float):
        wanted = language.number(measure["target"])
        told = _("%(values)s told, %(target)s agreed", values=language.both(values), target=wanted)
        return _with(language, told, about)
    days = [date.fromisoformat(each["on"]) for each in week["days"] if each["state"] in ("kept", "otherwise", "told")]
    if week["kept"]:
        kept = language.ngettext("As planned on one day", "As planned on %(number)s days", week["kept"])
        return _with(language, kept, about)
    return _("Told: %(days)s. No weekly target.", days=language.both([language.weekday(day) for day in days]))


def _told(language: Language, amount: str, *, is_over: bool) -> str:
    if is_over:
        return language.gettext("%(said)s told", said=amount)
    return language.gettext("%(said)s so far", said=amount)


def _with(language: Language, so_far: str, about: str) -> str:
    return _ended(language.gettext("%(so_far)s: %(about)s", so_far=so_far, about=about) if about else so_far)


def _ended(text: str) -> str:
    """A sentence, which ends with the mark of words that were left out, or else with a full stop."""
    return text if text.endswith("…") else f"{text}."


def _about(goal: Told, week: Told) -> str:
    """What is counted, or how the goal is put; empty for those who may read no words."""
    measure = week["measure"]
    return shortened((measure and measure["what"]) or goal["wording"] or goal["statement"] or "", 60).rstrip(".")


def _mood(language: Language, points: Sequence[Point], today: date) -> str:
    _ = language.gettext
    low, high = (language.number(each) for each in (min(p.value for p in points), max(p.value for p in points)))
    last = points[-1]
    if (today - last.on).days >= _RECENT_DAYS:
        on = days.on(language, last.on, today)
        return _("Mood %(value)s of 10, last told %(when)s.", value=language.number(last.value), when=on)
    if low == high:
        return _("Mood %(value)s of 10 in four weeks.", value=low)
    return _("Mood %(low)s to %(high)s in four weeks.", low=low, high=high)


def _list(language: Language, points: Sequence[Point]) -> str:
    """Each number with its day: what the picture shows, for those who do not see it."""
    return ", ".join(f"{_short_day(language, point.on)} {_number(language, point.value)}" for point in points)


def _scores(language: Language, measures: Sequence[Told]) -> str:
    _ = language.gettext
    said = []
    for each in measures:
        name, first, last = terms.instrument(language, each["instrument"]), each["first"], each["last"]
        name = name[:1].upper() + name[1:]
        if first["on"] == last["on"]:
            said.append(_("%(name)s %(score)s", name=name, score=language.number(last["score"])))
        else:
            began, now = language.number(first["score"]), language.number(last["score"])
            said.append(_("%(name)s %(began)s to %(now)s", name=name, began=began, now=now))
    return _("%(scores)s, lower is easier.", scores=language.both(said)) if said else ""


@lru_cache(_SAID_BEFORE)
def _short_day(language: Language, day: date) -> str:
    return language.short_day(day)


@lru_cache(_SAID_BEFORE)
def _weekday(language: Language, day: date) -> str:
    return language.weekday(day)


@lru_cache(_SAID_BEFORE)
def _letter(language: Language, day: date) -> str:
    return language.weekday_letter(day)


@lru_cache(_SAID_BEFORE)
def _number(language: Language, value: float) -> str:
    return language.number(value)
