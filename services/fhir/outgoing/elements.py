"""The small parts that FHIR resources are made of, as JSON objects."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

from services.fhir.vocabulary import QUOTED_SYSTEM

Json = dict[str, Any]  # a JSON object: a resource, or an element of one
Release = Literal["R4", "R5"]
"""The FHIR releases that Cairn writes."""
VERSIONS: dict[Release, str] = {"R4": "4.0.1", "R5": "5.0.0"}

_SPACES = re.compile(r"\s")


def given(**elements: object) -> Json:
    """A JSON object of the elements that have something in them; `class_` would be written `class`."""
    return {name.rstrip("_"): value for name, value in elements.items() if value is not None and value not in ([], {})}


def extension(url: str, **value: object) -> Json:
    """A simple extension; `value` is its `valueString`, `valueCode` and so on."""
    return {"url": url, **value}


def composed(url: str, parts: Mapping[str, Json | None]) -> Json | None:
    """A complex extension of the parts that there are; None when there is none."""
    there = [{"url": name, **value} for name, value in parts.items() if value is not None]
    return {"url": url, "extension": there} if there else None


def string(value: object) -> Json | None:
    """As the value of an extension; None for none."""
    return None if value is None else {"valueString": value}


def integer(value: int | None) -> Json | None:
    """As the value of an extension; None for none."""
    return None if value is None else {"valueInteger": value}


def code(value: str | None) -> Json | None:
    """As the value of an extension; None for none."""
    return None if value is None else {"valueCode": value}


def coding(system: str, code: str, display: str | None = None) -> Json:
    """A Coding."""
    return given(system=system, code=code, display=display)


def concept(system: str, code: str, display: str | None = None, *, text: str | None = None) -> Json:
    """A CodeableConcept of one coding."""
    return given(coding=[coding(system, code, display)], text=text)


def identifier(system: str | None, value: str) -> Json:
    """An Identifier. A system that is no URI, because it holds spaces, is written as one that can be read back."""
    if system is not None and (_SPACES.search(system) or system.startswith(QUOTED_SYSTEM)):
        system = QUOTED_SYSTEM + quote(system, safe="")
    return given(system=system, value=value)


def meta(version: int | None, updated: datetime | None, security: Sequence[Json] = ()) -> Json:
    """The Meta of a resource: its version, when it was last changed, and its security labels."""
    return given(
        versionId=None if version is None else str(version),
        lastUpdated=updated.isoformat() if updated is not None else None,
        security=[*security],
    )
