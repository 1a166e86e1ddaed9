"""Days as people speak of them: today, tomorrow, the day of the week while it is near, and else the date.

What was lies behind (`past`, `named`, `on`, `since`), what comes lies ahead (`near`, `ahead`, `review_due`).
"""

from datetime import date

from services.gateway.pages.language import Language

_NEAR = 6
"""Up to so many days ahead, a day is named with the day of the week."""
_WEEK = 7


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
    """The date, with the year where it is another."""
    return language.day(day) if day.year == today.year else language.day_with_year(day)


def dated(language: Language, day: date, today: date) -> str:
    """The day of the week and the date, with the year where it is another."""
    return language.weekday_and_day(day) if day.year == today.year else language.weekday_and_day_with_year(day)


def short(language: Language, day: date, today: date) -> str:
    """The date in short, with the year where it is another."""
    return language.short_day(day) if day.year == today.year else language.day_with_year(day)


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


def named(language: Language, day: date, today: date) -> str:
    """A day by itself: `Thursday` while it is of the last seven days, else its date."""
    if 0 < (today - day).days < _WEEK:
        return language.weekday(day)
    return past(language, day, today)


def on(language: Language, day: date, today: date) -> str:
    """When something was: `on Thursday`."""
    days = (today - day).days
    if days == 0:
        return language.gettext("today")
    if days == 1:
        return language.gettext("yesterday")
    return language.pgettext("when", "on %(day)s", day=named(language, day, today))


def since(language: Language, day: date, today: date) -> str:
    """From when on something is so: `since Thursday`."""
    days = (today - day).days
    if days == 0:
        return language.gettext("since today")
    if days == 1:
        return language.gettext("since yesterday")
    return language.pgettext("when", "since %(day)s", day=named(language, day, today))


def ahead(language: Language, day: date, today: date) -> str:
    """A day to come, at the beginning of a line: `Tomorrow, Sunday`, else `Wednesday 2 December`."""
    days = (day - today).days
    if days == 0:
        return language.gettext("Today, %(weekday)s", weekday=language.weekday(day))
    if days == 1:
        return language.gettext("Tomorrow, %(weekday)s", weekday=language.weekday(day))
    return language.weekday_and_day(day)
