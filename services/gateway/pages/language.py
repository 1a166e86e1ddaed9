"""The language of a page: its texts from a catalogue, and days and numbers as they are written in it.

A catalogue is `locale/LANGUAGE/LC_MESSAGES/cairn.po`. It is read as it stands, so that a further language needs a file
and no code, and nothing has to be compiled. `make texts` looks for texts and puts new ones into every catalogue.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

SOURCE_LANGUAGE = "en"
"""The language of the texts in the code, which needs no catalogue."""
CATALOGUES = Path(__file__).parent / "locale"
_CATALOGUE = "LC_MESSAGES/cairn.po"
_WITHOUT_REGION = {SOURCE_LANGUAGE: "en_GB"}
"""How days are written where a browser names a language and no region; else as Unicode's CLDR has it."""
_WANTED = re.compile(r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*", re.ASCII)


class Language:
    """One language: what a page says in it.

    Args:
        code: Its code, such as `es`: the folder of its catalogue.
        locale: As whom to write days and numbers, such as `es_MX`.
    """

    def __init__(self, code: str, locale: Locale):
        self.code = code
        self.locale = locale
        self._texts = _texts(code)
        self._weekday_and_day = _with_whole_weekday(locale)

    @property
    def name(self) -> str:
        """What the language calls itself."""
        return Locale.parse(self.code).get_display_name() or self.code

    @property
    def tag(self) -> str:
        """The language with its region, as HTML and browsers name it, such as `es-MX`."""
        return str(self.locale).replace("_", "-")

    def gettext(self, text: str, /, **said: object) -> str:
        """A text in this language, with what is said in the place of each `%(name)s`."""
        found = str(self._texts.gettext(text))
        return found % said if said else found

    def ngettext(self, one: str, many: str, number: int, /, **said: object) -> str:
        """A text about a number of things, which it may name as `%(number)s`."""
        found = str(self._texts.ngettext(one, many, number))
        return found % {"number": self.number(number), **said}

    def pgettext(self, context: str, text: str, /, **said: object) -> str:
        """A text that means something else elsewhere; the context tells translators what it means here."""
        found = str(self._texts.pgettext(context, text))
        return found % said if said else found

    def number(self, value: float) -> str:
        """A number as it is written in this language."""
        return _number(value, self.locale)

    def is_one(self, value: float) -> bool:
        """Whether a thing beside this number has the form that it has beside one: in English 1, in French also 0."""
        return bool(self.locale.plural_form(int(value) if value == int(value) else value) == "one")

    def day(self, day: date) -> str:
        """A day and its month, such as `28 November`."""
        return format_skeleton("MMMMd", _at_noon(day), locale=self.locale)

    def short_day(self, day: date) -> str:
        """A day and its month in short, such as `28 Nov`."""
        return _short_day(day, self.locale)

    def day_with_year(self, day: date) -> str:
        """A day with its month and year, such as `28 November 2026`."""
        return format_date(day, "long", locale=self.locale)

    def weekday(self, day: date) -> str:
        """The name of a day of the week, as it stands in a sentence."""
        return format_date(day, "EEEE", locale=self.locale)

    def weekday_letter(self, day: date) -> str:
        """The letter of a day of the week at the head of a column."""
        return format_date(day, "ccccc", locale=self.locale)

    def weekday_and_day(self, day: date) -> str:
        """A day with the name of the day of the week, such as `Saturday 28 November`."""
        return format_date(day, self._weekday_and_day, locale=self.locale)

    def weekday_and_day_with_year(self, day: date) -> str:
        """A day with its month and year and the name of the day of the week, such as `Saturday, 28 November 2026`."""
        return format_date(day, "full", locale=self.locale)

    def clock(self, moment: datetime | time) -> str:
        """The time of day, such as `18:29`."""
        return format_time(moment, "short", locale=self.locale)

    def quoted(self, words: str) -> str:
        """What somebody said or wrote, in the quotation marks of this language."""
        return self.gettext("“%(words)s”", words=words)

    def both(self, parts: Sequence[str]) -> str:
        """A list in a sentence: `Monday, Tuesday and Friday`."""
        return format_list(list(parts), "standard", locale=self.locale)


# A year of a diary is told again on each page about it, and a table has a row for each day of it.
@lru_cache(maxsize=4096)
def _short_day(day: date, locale: Locale) -> str:
    return format_skeleton("MMMd", _at_noon(day), locale=locale)


@lru_cache(maxsize=4096, typed=True)  # A page says the same small numbers time and again; each takes Babel 0.1 ms.
def _number(value: float, locale: Locale) -> str:
    return str(format_decimal(value, locale=locale))


def catalogue_path(code: str) -> Path:
    """The file of a language's catalogue."""
    return CATALOGUES / code / _CATALOGUE


def languages() -> Sequence[str]:
    """The codes of all languages that pages can be in, the source language first."""
    return _languages()


def language_of(codes: Sequence[str], accepted: str | None) -> Language:
    """The language to answer in.

    Args:
        codes: What the reader chose, the most telling first; what is no language of ours is passed over.
        accepted: The header `Accept-Language`. Its region decides how days are written, also in a chosen language.
    """
    wanted = _accepted(accepted or "")
    there = _languages()
    named = (*codes, *(tag.partition("-")[0] for tag in wanted), SOURCE_LANGUAGE)
    code = next(each for each in named if each in there)
    tag = next((tag for tag in wanted if tag.partition("-")[0] == code), code)
    return _language(code, _locale(code, tag))


def _accepted(header: str) -> list[str]:
    """The languages of the header Accept-Language, the most wanted first."""
    found = [match for part in header.split(",") if (match := _WANTED.fullmatch(part))]
    weighed = [(float(match[2]) if match[2] else 1.0, match[1].lower()) for match in found]
    return [tag for weight, tag in sorted(weighed, key=lambda each: -each[0]) if weight > 0]


@cache
def _languages() -> Sequence[str]:
    codes = sorted(path.parent.parent.name for path in CATALOGUES.glob(f"*/{_CATALOGUE}"))
    return (SOURCE_LANGUAGE, *codes)


@lru_cache(maxsize=64)  # Templates are compiled for each, so what is no region of CLDR's is no language of its own.
def _language(code: str, locale: Locale) -> Language:
    return Language(code, locale)


@lru_cache(maxsize=256)  # A browser may name any region there is, and many that there are not.
def _locale(code: str, tag: str) -> Locale:
    usual = Locale.parse(_WITHOUT_REGION.get(code, code))
    if tag == code:
        return usual
    try:
        return Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return usual


def _with_whole_weekday(locale: Locale) -> str:
    """The pattern of a day with the whole name of its weekday.

    Unicode asks whoever has a pattern for `E, d MMMM` alone to widen its fields for `EEEE`; Babel 2.19 does not.
    """
    skeletons = locale.datetime_skeletons
    if (whole := skeletons.get("MMMMEEEEd")) is not None:
        return str(whole.pattern)
    return str(skeletons["MMMMEd"].pattern).replace("E", "EEEE")


@cache
def _texts(code: str) -> NullTranslations:
    if code == SOURCE_LANGUAGE:
        return NullTranslations()
    with catalogue_path(code).open("rb") as file:
        catalogue = read_po(file, locale=code)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def _at_noon(day: date) -> datetime:
    return datetime.combine(day, time(12))
