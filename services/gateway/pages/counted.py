"""A number with its unit in a sentence.

A unit is somebody's own word, and mostly the one for many, such as “evenings”: nobody can know what one is called.
So it stands before a number for which the language has a form of its own, and behind every other number.
"""

from collections.abc import Callable

from services.gateway.pages.language import Language


def counted(
    language: Language,
    number: float,
    unit: str | None,
    say: Callable[[str], str] | None = None,
    *,
    written: str | None = None,
) -> str:
    """A number of something: `at least 3 evenings a week`, and `evenings: at least 1 a week`.

    Args:
        number: The number that stands beside the unit.
        unit: What is counted; None where the words around say it.
        say: What is said around the amount.
        written: The number as it is written; by default in digits.
    """
    say = say or str
    text = language.number(number) if written is None else written
    if not unit:
        return say(text)
    if language.is_one(number):
        return language.pgettext("amount", "%(unit)s: %(amount)s", unit=unit, amount=say(text))
    return say(language.pgettext("amount", "%(amount)s %(unit)s", amount=text, unit=unit))
