"""The description of a schema: the docstring of its model, with what it says of single fields told apart."""

import re
from collections.abc import Mapping
from typing import NamedTuple

_APOSTROPHE = re.compile(r"(?<=\w)'(?=(?:s|t|re|ll|ve)\b)")
_ATTRIBUTES = "Attributes:"
_FIELD = re.compile(r" *([a-z_]+(?:, [a-z_]+)*): +(.*)")


class Said(NamedTuple):
    """What a description says.

    Attributes:
        paragraphs: About the whole.
        fields: About single fields, by their names.
    """

    paragraphs: tuple[str, ...]
    fields: Mapping[str, str]


def as_printed(description: str) -> str:
    """A description with the apostrophes that the pages have elsewhere; programs have it as it is written."""
    return _APOSTROPHE.sub("’", description)


def said_by(description: str) -> Said:
    """Take a description apart: paragraphs, and below `Attributes:` a sentence for each field."""
    about, _, attributes = as_printed(description).partition(_ATTRIBUTES)
    paragraphs = tuple(" ".join(each.split()) for each in about.split("\n\n") if each.strip())
    return Said(paragraphs, _fields(attributes))


def _fields(attributes: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    names: list[str] = []
    for line in attributes.splitlines():
        if began := _FIELD.fullmatch(line):
            names = began[1].split(", ")
            found.update(dict.fromkeys(names, began[2]))
        elif line.strip():
            found.update({name: f"{found[name]} {line.strip()}" for name in names})
    return found
