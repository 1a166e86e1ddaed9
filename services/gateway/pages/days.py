"""Days as people speak of them: today, tomorrow, the day of the week while it is near, and else the date."""

from datetime import date

from services.gateway.pages.language import Language

_NEAR = 6
"""Up to so many days ahead, a day is named with the day of the week."""
_ANOTHER_YEAR = 300
"""From so many days away on, the year is said too."""


def near(language: Language, day: date, today: date) -> str:
    """A day as it stands in a sentence: `yesterday`, `tomorrow`, `Saturday 28 November`, `3 March 2025`."""
    away = (day - today).days
    if away == 0:
        return language.gettext("today")
    if away == 1:
        return language.gettext("tomorrow")
    if away == -1:
        return language.gettext("yesterday")
    if 1 < away <= _NEAR:
        return language.weekday_and_day(day)
    return past(language, day, today)


def past(language: Language, day: date, today: date) -> str:
    """The date, with the year where it could be mistaken."""
    return language.day_with_year(day) if abs((today - day).days) > _ANOTHER_YEAR else language.day(day)


def short(language: Language, day: date, today: date) -> str:
    """The date in short, with the year where it could be mistaken."""
    return language.day_with_year(day) if abs((today - day).days) > _ANOTHER_YEAR else language.short_day(day)


def review_due(language: Language, due_on: date, today: date) -> str:
    """When a goal is looked at next; never as something that somebody has missed."""
    away = (due_on - today).days
    if away < 0:
        return language.gettext("review due since %(day)s", day=past(language, due_on, today))
    if away == 0:
        return language.gettext("review today")
    if away == 1:
        return language.gettext("review tomorrow")
    return language.gettext("review on %(day)s", day=near(language, due_on, today))
