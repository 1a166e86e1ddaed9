"""The languages of the pages: catalogues are whole, and the one that is answered in is the one that was chosen."""

import ast
from datetime import date, time

import pytest

from services.gateway.pages.catalogues import FOLDERS, missing, written
from services.gateway.pages.language import SOURCE_LANGUAGE, catalogue_path, language_of, languages

CODES = languages()
TRANSLATED = [code for code in CODES if code != SOURCE_LANGUAGE]


def test_there_is_spanish_beside_english() -> None:
    assert CODES[0] == "en"
    assert "es" in CODES


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_catalogue_translates_every_text_of_the_pages(code: str) -> None:
    assert list(missing(code)) == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_catalogue_is_kept_as_make_texts_writes_it(code: str) -> None:
    assert catalogue_path(code).read_bytes() == written(code), "run make texts"


def test_no_text_is_translated_in_the_braces_of_an_f_string() -> None:
    """Babel's extraction passes over it, so that no catalogue would ever have it."""
    translating = {"_", "gettext", "ngettext", "pgettext"}
    hidden = [
        f"{path.name}:{call.lineno}"
        for folder in FOLDERS
        for path in folder.rglob("*.py")
        for text in ast.walk(ast.parse(path.read_text()))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and getattr(call.func, "attr", getattr(call.func, "id", "")) in translating
    ]

    assert hidden == []


@pytest.mark.parametrize(
    ("chosen", "accepted", "code"),
    [
        ([], None, "en"),
        ([], "es", "es"),
        ([], "es-MX,es;q=0.9,en;q=0.5", "es"),
        ([], "de, en;q=0.3, es;q=0.8", "es"),
        ([], "es;q=0, en", "en"),
        ([], "*, ;;, es;q=x", "en"),
        (["en"], "es", "en"),
        (["xx", "es"], "en", "es"),
        (["../es"], None, "en"),
    ],
)
def test_the_language_that_was_chosen_goes_before_the_one_of_the_browser(
    chosen: list[str], accepted: str | None, code: str
) -> None:
    assert language_of(chosen, accepted).code == code


def test_days_and_numbers_are_written_as_in_the_language() -> None:
    day = date(2026, 11, 28)
    english, spanish = language_of(["en"], None), language_of(["es"], None)
    american, mexican = language_of([], "en-US"), language_of(["es"], "en-US, es-MX;q=0.5")

    assert (english.weekday_and_day(day), spanish.weekday_and_day(day)) == (
        "Saturday 28 November",
        "sábado, 28 de noviembre",
    )
    assert (american.weekday_and_day(day), american.day(day)) == ("Saturday, November 28", "November 28")
    assert (mexican.tag, language_of([], "en-XYZ-1").tag, language_of([], "es-qq").tag) == ("es-MX", "en-GB", "es")
    assert (english.number(1234.5), spanish.number(12345.5)) == ("1,234.5", "12.345,5")
    assert spanish.clock(time(18, 29)) == "18:29"
    assert spanish.both(["lunes", "martes"]) == "lunes y martes"


def test_a_region_that_is_none_makes_no_language_of_its_own() -> None:
    """For each language templates are compiled, which nobody is to ask for by inventing regions."""
    assert len({language_of([], f"en-x{number}") for number in range(100)}) == 1
