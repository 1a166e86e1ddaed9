"""Writes the texts of the pages into the catalogue of each language: `make texts`.

A text that nobody says any more leaves the catalogue; a new one comes in without a translation, which a test misses.
"""

from collections.abc import Iterator
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from services.gateway.pages.language import CATALOGUES, SOURCE_LANGUAGE, catalogue_path, languages

FOLDERS = (CATALOGUES.parent, CATALOGUES.parent.parent / "routes" / "pages")
"""Where texts are looked for."""
_METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
_OPTIONS = {"**/templates/**.html": {"extensions": "jinja2.ext.i18n", "trim_blocks": "true", "silent": "false"}}


def texts() -> Catalog:
    """Every text that the pages say, in the source language."""
    found = Catalog(charset="utf-8")
    for folder in FOLDERS:
        for _, _, message, comments, context in extract_from_dir(
            folder, _METHODS, _OPTIONS, comment_tags=["Translators:"], strip_comment_tags=True
        ):
            found.add(message, auto_comments=comments, context=context)
    return found


def catalogue_of(code: str) -> Catalog:
    """The catalogue of a language as it is kept."""
    with catalogue_path(code).open("rb") as file:
        return read_po(file, locale=code)


def missing(code: str) -> Iterator[str]:
    """The texts that the pages say and the catalogue of a language does not translate, or only guesses."""
    kept = catalogue_of(code)
    for message in texts():
        if message.id:
            there = kept.get(message.id, message.context)
            if there is None or there.fuzzy or not all(_translations(there.string)):
                yield _text(message.id)


def written(code: str) -> bytes:
    """The catalogue of a language with the texts of now, as it is kept: in the order of the texts."""
    kept, now = catalogue_of(code), texts()
    renewed = Catalog(code, charset="utf-8", fuzzy=False)
    for message in now:
        if message.id:
            there = kept.get(message.id, message.context)
            translated = "" if there is None else there.string
            renewed.add(message.id, translated, auto_comments=message.auto_comments, context=message.context)
    out = BytesIO()
    # Neither places nor dates: whoever moves a text does not change the catalogue.
    write_po(out, renewed, width=118, no_location=True, omit_header=True, sort_output=True)
    header = f'msgid ""\nmsgstr ""\n"Language: {code}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    plural = f'"Plural-Forms: {renewed.plural_forms}\\n"\n\n'
    return (header + plural).encode() + out.getvalue().rstrip() + b"\n"


def _translations(string: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (string or "",) if string is None or isinstance(string, str) else tuple(string)


def _text(message: str | tuple[str, ...] | list[str]) -> str:
    return message if isinstance(message, str) else message[0]


if __name__ == "__main__":
    for each in languages():
        if each != SOURCE_LANGUAGE:
            catalogue_path(each).write_bytes(written(each))
