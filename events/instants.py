"""Instants as RFC 3339 writes them, leap seconds with them."""

import re
from datetime import UTC, datetime

_RFC3339 = re.compile(
    r"(?P<minute>\d{4}-\d\d-\d\d[Tt ](?:[01]\d|2[0-3]):\d\d):(?P<second>\d\d)"
    r"(?P<fraction>\.\d+)?(?P<offset>[Zz]|[+-]\d\d:\d\d)?",
    re.ASCII,
)
_LEAP = "60"


def read_instant(text: str) -> datetime | None:
    """The instant that a text names, to the microsecond; None where it is not in the form of RFC 3339.

    The offset, which RFC 3339 requires, may be missing, so that a caller can say so: the instant then has no time zone.
    A leap second is the last minute of a day in UTC going on (RFC 3339, section 5.7). Clocks that know none have it as
    the second before.
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        return None
    is_leap = match["second"] == _LEAP
    second = "59" if is_leap else match["second"]
    try:
        instant = datetime.fromisoformat(
            f"{match['minute']}:{second}{match['fraction'] or ''}{match['offset'] or ''}".upper()
        )
        if is_leap and not ends_a_day(instant):
            return None
    except (ValueError, OverflowError):  # no such day or hour; or one that lies before the first or after the last
        return None
    return instant


def ends_a_day(instant: datetime) -> bool:
    """Whether an instant is in the last minute of a day in UTC, the only one that may have a leap second."""
    in_utc = instant.astimezone(UTC) if instant.tzinfo is not None else instant
    return (in_utc.hour, in_utc.minute) == (23, 59)
