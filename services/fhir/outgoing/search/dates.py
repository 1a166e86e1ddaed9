"""Date search: a value with a prefix against the span of time that an element covers (FHIR R4 3.1.1.5.7).

Every date is a span: `2026-03` is a whole month. A value without a time zone is read in UTC, and a leap second as the
second before, as everywhere in Cairn.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from events.instants import ends_a_day

_DATE = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:T(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,9}))?)?"
    r"(?P<zone>Z|[+-]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)
_LOST_PLUS = re.compile(r" (?=\d\d:\d\d$)", re.ASCII)
"""In a query a plus sign that was not encoded arrives as a space."""
PREFIXES = frozenset({"eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"})
_EARLIEST, _LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_LEAP = 60
_APPROXIMATELY = 0.1
"""`ap`: within a tenth of the time between now and the date, as the specification recommends."""


class Span(NamedTuple):
    """From an instant on, to another that is not in it any more."""

    low: datetime
    high: datetime


def read_span(text: str) -> Span:
    """The span of a FHIR date, dateTime or instant.

    Raises:
        ValueError: it is none, or there is no such day.
    """
    found = _DATE.fullmatch(_LOST_PLUS.sub("+", text))
    if found is None:
        raise ValueError(text)
    part = {name: int(value) for name, value in found.groupdict().items() if value and name not in ("zone", "fraction")}
    fraction = (found["fraction"] or "")[:6]
    microseconds = int(fraction.ljust(6, "0")) if fraction else 0
    zone = datetime.fromisoformat(f"2000-01-01T00:00:00{found['zone'] or 'Z'}").tzinfo
    year, month = part["year"], part.get("month", 1)
    is_leap = part.get("second") == _LEAP
    try:
        low = datetime(
            year,
            month,
            part.get("day", 1),
            part.get("hour", 0),
            part.get("minute", 0),
            59 if is_leap else part.get("second", 0),
            microseconds,
            tzinfo=zone,
        ).astimezone(UTC)
    except OverflowError:
        raise ValueError(text) from None
    if is_leap and not ends_a_day(low):
        raise ValueError(text)
    return Span(low, _end(low, part, fraction))


def since(low: datetime) -> Span:
    """A period that has begun and has no end yet."""
    return Span(low.astimezone(UTC), _LATEST)


def read_wanted(text: str) -> tuple[str, Span]:
    """The prefix of a search value, `eq` where it has none, and its span.

    Raises:
        ValueError: it is no date with a prefix that FHIR knows.
    """
    prefix = text[:2] if text[:2].isalpha() else ""
    if prefix and prefix not in PREFIXES:
        raise ValueError(text)
    return prefix or "eq", read_span(text.removeprefix(prefix))


def span_matches(prefix: str, wanted: Span, span: Span, now: datetime) -> bool:
    """Whether a span of a resource is what a prefix and a wanted span ask for."""
    within = wanted.low <= span.low and span.high <= wanted.high
    match prefix:
        case "ne":
            return not within
        case "gt":
            return span.high > wanted.high
        case "lt":
            return span.low < wanted.low
        case "ge":
            return span.high > wanted.high or within
        case "le":
            return span.low < wanted.low or within
        case "sa":
            return span.low >= wanted.high
        case "eb":
            return span.high <= wanted.low
        case "ap":
            room = abs(now - wanted.low) * _APPROXIMATELY
            return span.low < _moved(wanted.high, room) and span.high > _moved(wanted.low, -room)
    return within


def _moved(instant: datetime, by: timedelta) -> datetime:
    try:
        return instant + by
    except OverflowError:
        return _LATEST if by > timedelta(0) else _EARLIEST


def _end(low: datetime, part: dict[str, int], fraction: str) -> datetime:
    """The first instant behind a span, by how precisely it was given."""
    if "day" not in part:
        month = part.get("month", 12)
        year, month = (part["year"] + 1, 1) if month == 12 else (part["year"], month + 1)
        return low.replace(year=year, month=month) if year <= _LATEST.year else _LATEST
    if fraction:
        step = timedelta(microseconds=10 ** (6 - len(fraction)))
    else:
        precision = next(name for name in ("second", "minute", "day") if name in part)
        step = {
            "second": timedelta(seconds=1),
            "minute": timedelta(minutes=1),
            "day": timedelta(days=1),
        }[precision]
    return _moved(low, step)
