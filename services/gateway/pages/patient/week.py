"""A week of a goal as a strip of stones, and what it comes to in a sentence: this one, or the one before it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from events.goal.measured import monday
from projections.engine.paging import Json
from projections.goal_state.today_week import DayState
from services.gateway.pages.changes import capitalized
from services.gateway.pages.counted import counted
from services.gateway.pages.language import Language
from services.gateway.pages.pictures.week import Day, Mark, WeekPicture, week_picture

_MARKS: Mapping[DayState, Mark] = {
    "kept": "kept",
    "otherwise": "otherwise",
    "told": "told",
    "untold": "unknown",
    "today": "today",
    "ahead": "ahead",
}

_NAMED = 3
"""So many days that were not told are named; of more, how many."""


@dataclass(frozen=True, slots=True)
class WeekShown:
    """A week as it is drawn, which one it is, and the sentence beside it."""

    heading: str
    picture: WeekPicture
    sentence: str


def week_shown(language: Language, week: Json | None, today: date, *, began: date | None = None) -> WeekShown | None:
    """A week as :func:`projections.goal_state.today_week.week_of` gives it; None where there is none.

    Args:
        began: The first day of the work: nobody could tell of the days before it.
    """
    if week is None:
        return None
    told: list[Json] = [each for each in week["days"] if began is None or each["on"] >= began or _is_told(each)]
    known = {each["on"] for each in told}
    marks = [
        Day(
            each["on"],
            _MARKS[each["state"]] if each["on"] in known else "ahead",
            _on_stone(language, each["value"]),
            is_today=each["on"] == today,
        )
        for each in week["days"]
    ]
    letters = [language.weekday_letter(each["on"]) for each in week["days"]]
    is_over = week["from"] < monday(today)
    sentence = " ".join(filter(None, (_sum(language, week, is_over=is_over), *_by_state(language, told))))
    if is_over:
        heading = language.gettext("Last week")
        name = language.gettext("Last week, day by day. %(sentence)s", sentence=sentence)
    else:
        heading = language.gettext("This week")
        name = language.gettext("This week, day by day. %(sentence)s", sentence=sentence)
    return WeekShown(heading, week_picture(name, marks, letters), sentence)


def _is_told(day: Json) -> bool:
    return day["state"] in ("kept", "otherwise", "told")


def _on_stone(language: Language, value: float | None) -> str | None:
    """A number that has room on a stone."""
    text = None if value is None else language.number(value)
    return text if text is not None and len(text) <= 4 else None


def _sum(language: Language, week: Json, *, is_over: bool) -> str:
    if week["measured"] is not None:
        said = _measured(language, week["measured"], week["measure"], is_over=is_over)
        return capitalized(f"{said}.")
    if week["kept"]:
        said = language.ngettext("One day as planned", "%(number)s days as planned", week["kept"])
    elif week["otherwise"]:
        return ""  # which days these are is said behind it
    elif week["told"]:
        said = language.ngettext("One day told", "%(number)s days told", week["told"])
    else:
        return language.gettext("Nothing told this week yet.")
    if not is_over:
        said = language.gettext("%(said)s so far", said=said)
    return f"{said}."


def _measured(language: Language, measured: Json, measure: Json | None, *, is_over: bool) -> str:
    amount, target = measured["amount"], measured["target"]
    if measured["per"] == "day":
        return language.ngettext(
            "%(kept)s of one told day as planned",
            "%(kept)s of %(number)s told days as planned",
            target,
            kept=language.number(amount),
        )
    unit = (measure["unit"] or measure["what"]) if measure else None
    wanted, reached = language.number(target), language.number(amount)

    def told(said: str) -> str:
        if is_over:
            return language.gettext("%(said)s told", said=said)
        return language.gettext("%(said)s so far", said=said)

    if measured["direction"] == "at_most":
        return counted(
            language,
            amount,
            unit,
            lambda said: language.gettext("%(amount)s, %(most)s at most", amount=told(said), most=wanted),
        )
    if amount > target:
        return counted(
            language,
            amount,
            unit,
            lambda said: language.gettext("%(amount)s, %(wanted)s agreed", amount=told(said), wanted=wanted),
        )

    def of_target(said: str) -> str:
        return language.gettext("%(amount)s of %(wanted)s", amount=reached, wanted=said)

    if measured["per"] == "month":
        return counted(
            language, target, unit, lambda said: language.gettext("%(said)s this month", said=of_target(said))
        )
    return counted(language, target, unit, of_target if is_over else lambda said: told(of_target(said)))


def _by_state(language: Language, told: Sequence[Json]) -> list[str]:
    said = []
    if otherwise := _days(told, "otherwise"):
        said.append(language.gettext("%(days)s told otherwise.", days=_named(language, otherwise)))
    untold = _days(told, "untold")
    if len(untold) > _NAMED:
        said.append(
            language.ngettext(
                "One day not told: we do not know.", "%(number)s days not told: we do not know.", len(untold)
            )
        )
    elif untold:
        said.append(language.gettext("%(days)s not told: we do not know.", days=_named(language, untold)))
    return said


def _days(told: Sequence[Json], state: DayState) -> list[date]:
    return [each["on"] for each in told if each["state"] == state]


def _named(language: Language, days: Sequence[date]) -> str:
    return capitalized(language.both([language.weekday(day) for day in days]))
