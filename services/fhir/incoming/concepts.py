"""What CodeableConcepts, texts and dates of FHIR say, in the types of Cairn."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from fhir.resources import codeableconcept as r5
from fhir.resources import coding as r5_coding
from fhir.resources import extension as r5_extension
from fhir.resources import goal as r5_goal
from fhir.resources.R4B import codeableconcept as r4
from fhir.resources.R4B import coding as r4_coding
from fhir.resources.R4B import extension as r4_extension
from fhir.resources.R4B import goal as r4_goal

from events.instants import read_instant

Concept = r4.CodeableConcept | r5.CodeableConcept
Coding = r4_coding.Coding | r5_coding.Coding
Extension = r4_extension.Extension | r5_extension.Extension
Goal = r4_goal.Goal | r5_goal.Goal
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
"""The years of dates that are meant; the first is also the earliest that an event's time can be in."""


def codings(concept: Concept | None) -> list[Coding]:
    """The concept's codes in code systems; none when there is no concept."""
    return [*(concept.coding or ())] if concept is not None else []


def words(concept: Concept | None) -> str | None:
    """A concept in words: as it was written, else as the first coding that has a display calls it."""
    if concept is None:
        return None
    if concept.text:
        return concept.text
    return display(concept)


def display(concept: Concept) -> str | None:
    """What the first coding that has a display calls the concept."""
    return next((coding.display for coding in codings(concept) if coding.display), None)


def code_in(concept: Concept | None, system: str) -> str | None:
    """The concept's code in a code system."""
    return next((coding.code for coding in codings(concept) if coding.system == system), None)


def full_date(value: object) -> date | None:
    """A date with its day; None for a year or a month, which FHIR also takes for a date."""
    value = _with_leap_second(value)
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def real_date(value: object) -> date | None:
    """A date with its day that can be one of a person's treatment.

    Other systems write 0001-01-01 where they know no date, and 9999-12-31 where there is no end.
    """
    day = full_date(value)
    return day if day is not None and _FIRST_YEAR <= day.year <= _LAST_YEAR else None


def not_a_date(value: object) -> str:
    """Why :func:`real_date` does not take a value, with the value."""
    is_dated = full_date(value) is not None
    return f"{value}, which is no date of a goal" if is_dated else f"{value}, which names no day"


def _with_leap_second(value: object) -> object:
    """`fhir.resources` leaves an instant with a leap second a text, as Python's own type has no such second."""
    return read_instant(value) if isinstance(value, str) else value


def instant(value: object) -> datetime | None:
    """A FHIR instant, dateTime or date as an instant; a day begins at midnight UTC, as FHIR gives it no zone.

    None for what :func:`real_date` takes for no date.
    """
    value = _with_leap_second(value)
    if real_date(value) is None:
        return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return datetime.combine(value, time.min, UTC) if isinstance(value, date) else None


def whole(value: Decimal | float | None) -> int | None:
    """A decimal as the whole number that it is, 3.0 too; None when it is none."""
    if value is None:
        return None
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    return int(exact) if exact == exact.to_integral_value() else None


def number(value: Decimal | float) -> int | float:
    """A decimal as it was written: 3 stays a whole number, 3.0 does not."""
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    exponent = exact.as_tuple().exponent
    return int(exact) if isinstance(exponent, int) and exponent >= 0 else float(exact)


def extensions_of(resource: Goal) -> list[Extension]:
    """The extensions of a goal, in order."""
    return [*(resource.extension or ())]


def parts(extension: Extension) -> dict[str, Any]:  # the value of an extension has one of fifty types
    """A complex extension's parts by their names, each with its value."""
    return {str(part.url): value_of(part) for part in extension.extension or ()}


def value_of(extension: Extension) -> Any:  # as above
    """The value of a simple extension, whatever its type."""
    return next(
        (value for name, value in extension if name.startswith("value") and "__" not in name and value is not None),
        None,
    )
