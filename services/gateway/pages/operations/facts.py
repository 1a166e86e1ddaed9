"""What is known of something, on the page Operations: a name, a text, and what to do."""

from dataclasses import dataclass
from datetime import datetime

from services.gateway.pages.language import Language


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is known of the log, or of its proof.

    Attributes:
        command: The command that would make it known, or that helps; empty otherwise.
        detail: What a service itself says, which is not translated.
    """

    name: str
    text: str
    command: str = ""
    detail: str = ""


_MINUTE_SECONDS, _HOUR_SECONDS = 60, 3_600
_AT_LEAST = 2
"""From so many on, the larger unit is told."""


def lasting(language: Language, seconds: float) -> str:
    """How long something has lasted, in the unit that people would take."""
    if seconds >= _AT_LEAST * _HOUR_SECONDS:
        hours = round(seconds / _HOUR_SECONDS)
        return language.ngettext("one hour", "%(number)s hours", hours)
    if seconds >= _AT_LEAST * _MINUTE_SECONDS:
        return language.ngettext("one minute", "%(number)s minutes", round(seconds / _MINUTE_SECONDS))
    return language.ngettext("one second", "%(number)s seconds", round(seconds))


def moment(language: Language, at: datetime) -> str:
    """A moment, by the clock that all machines have in common."""
    return language.gettext("%(day)s, %(time)s UTC", day=language.day_with_year(at.date()), time=language.clock(at))
