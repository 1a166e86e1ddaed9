"""This week of a goal as a strip of stones, and what it comes to in a sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

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
    """A week as it is drawn, and the sentence beside it."""

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
    sentence = " ".join(filter(None, (_sum(language, week), *_by_state(language, told))))
    name = language.gettext("This week, day by day. %(sentence)s", sentence=sentence)
    return WeekShown(week_picture(name, marks, letters), sentence)


def _is_told(day: Json) -> bool:
    return day["state"] in ("kept", "otherwise", "told")


def _on_stone(language: Language, value: float | None) -> str | None:
    """A number that has room on a stone."""
    text = None if value is None else language.number(value)
    return text if text is not None and len(text) <= 4 else None


def _sum(language: Language, week: Json) -> str:
    if week["measured"] is not None:
        return capitalized(_measured(language, week["measured"], week["measure"]))
    if week["kept"]:
        return language.ngettext("One day as planned so far.", "%(number)s days as planned so far.", week["kept"])
    if week["otherwise"]:
        return ""  # which days these are is said behind it
    if week["told"]:
        return language.ngettext("One day told so far.", "%(number)s days told so far.", week["told"])
    return language.gettext("Nothing told this week yet.")


def _measured(language: Language, measured: Json, measure: Json | None) -> str:
    amount, target = measured["amount"], measured["target"]
    if measured["per"] == "day":
        return language.ngettext(
            "%(kept)s of one told day as planned.",
            "%(kept)s of %(number)s told days as planned.",
            target,
            kept=language.number(amount),
        )
    unit = (measure["unit"] or measure["what"]) if measure else None
    wanted = language.number(target)
    if measured["direction"] == "at_most":
        return counted(
            language,
            amount,
            unit,
            lambda said: language.gettext("%(amount)s so far, %(most)s at most.", amount=said, most=wanted),
        )
    if amount > target:
        return counted(
            language,
            amount,
            unit,
            lambda said: language.gettext("%(amount)s so far, %(wanted)s agreed.", amount=said, wanted=wanted),
        )
    so_far = language.number(amount)
    if measured["per"] == "month":
        return counted(
            language,
            target,
            unit,
            lambda said: language.gettext("%(amount)s of %(wanted)s this month.", amount=so_far, wanted=said),
        )
    return counted(
        language,
        target,
        unit,
        lambda said: language.gettext("%(amount)s of %(wanted)s so far.", amount=so_far, wanted=said),
    )


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
