"""Values, days and fields in words, for the sentences of the audit trail. The exact values stand beside them."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache

from projections.audit_trail.differences import Difference

_LONGEST_TEXT = 160
"""Characters of a value in a sentence; what is longer is cut, and stands in full beside the sentence."""
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_FIELDS = {
    "smart": "SMART definition",
    "smart.specific": "what exactly is to be done",
    "smart.measure.what": "what is measured",
    "smart.measure.target": "target",
    "smart.measure.per": "time frame of the target",
    "smart.measure.unit": "unit",
    "smart.measure.direction": "direction of the target",
    "smart.achievable.confidence": "confidence",
    "smart.achievable.supports": "what supports it",
    "smart.relevant": "why it matters",
    "smart.due": "due date",
    "smart.for_weeks": "number of weeks",
    "gas": "goal attainment scale",
    "supports": "goal above it",
    "relevance": "relevance to the patient",
    "life_area": "area of life",
    "review_every_days": "days between reviews",
    "active_goal_limit": "limit of active goals",
    "on": "day",
}


def quoted(text: str) -> str:
    """What someone wrote, on one line, cut where it grows long."""
    return f"“{_shortened(text)}”"


def because(reason: str | None) -> str:
    """The reason that was given, behind what was done; nothing where none was."""
    return f": {quoted(reason)}" if reason else ""


@lru_cache(1024)  # what is recorded now is about a few days
def day(on: date) -> str:
    """A day: 2 March 2026."""
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"


def minute(instant: datetime) -> str:
    """An instant to the minute, on the clock that it was told by: 2 March 2026 at 00:30 (UTC+01:00)."""
    return f"{day(instant.date())} at {instant.hour:02}:{instant.minute:02} ({utc_offset(instant)})"


def utc_offset(instant: datetime) -> str:
    """How far the clock that an instant is told by is from UTC then: UTC+01:00; UTC itself when it is not."""
    # Not the zone's own abbreviation: CST is one on three continents.
    return timezone(instant.utcoffset() or timedelta()).tzname(None)


def spoken(code: str) -> str:
    """A code of the vocabulary as it is said: too_easy is “too easy”."""
    return code.replace("_", " ")


def level(value: int) -> str:
    """An attainment level with its sign: +1, 0, -2."""
    return f"{value:+d}" if value else "0"


def joined(parts: Iterable[str]) -> str:
    """Several things as they are said one after another: a, b and c."""
    *others, last = parts
    return f"{', '.join(others)} and {last}" if others else last


def changed(changes: Iterable[Difference]) -> str:
    """What was changed: the target from 3 to 4; the wording to “…”."""
    return "; ".join(map(_change, changes))


def _change(change: Difference) -> str:
    name = f"the {_field(change.field)}"
    if change.before is None:
        return f"{name} to {_value(change.after)}"
    if change.after is None:
        return f"{name}, which was {_value(change.before)}, taken out"
    return f"{name} from {_value(change.before)} to {_value(change.after)}"


def _field(path: str) -> str:
    if path in _FIELDS:
        return _FIELDS[path]
    match path.split("."):
        case ["gas", "levels", name]:
            return f"text of level {level(int(name))}"
        case ["progress", _, name]:
            return _FIELDS.get(name, spoken(name))
        case ["priorities", token]:
            return f"priority {token}"
        case ["priorities", token, name]:
            return f"{spoken(name)} of the priority {token}"
        case parts:
            return spoken(" ".join(parts))


def _value(value: object) -> str:
    if isinstance(value, str):
        return quoted(value)
    return _shortened(_flat(value)) or "nothing"


def _flat(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{spoken(name)} {_flat(each)}" for name, each in value.items() if each is not None)
    if isinstance(value, list | tuple):
        return ", ".join(map(_flat, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _shortened(text: str) -> str:
    # Most texts are one line as they are, which is sooner seen than made: all white space but the blank is unprintable.
    is_line = text.isprintable() and "  " not in text and text == text.strip()
    line = text if is_line else " ".join(text.split())
    return line if len(line) <= _LONGEST_TEXT else f"{line[: _LONGEST_TEXT - 1].rstrip()}…"
