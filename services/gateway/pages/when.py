"""Days as they are said in a sentence: today, yesterday, a day of the week, else its date."""

from datetime import date

from services.gateway.pages.language import Language

_WEEK = 7


def named(language: Language, day: date, today: date) -> str:
    """A day by itself: `Thursday` while it is of the last seven days, else `21 November`, with the year of another."""
    if 0 < (today - day).days < _WEEK:
        return language.weekday(day)
    return language.day(day) if day.year == today.year else language.day_with_year(day)


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
