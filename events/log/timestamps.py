"""Instants as the server writes them: RFC 3339 in UTC, with as many digits of a second as are not zero, up to nine."""

from datetime import UTC, datetime
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 1_000_000_000


def nanoseconds(instant: str) -> int:
    """Nanoseconds since 1970. Python's own instants are a thousand times coarser.

    Raises:
        ValueError: it is no instant of this form.
    """
    minute, second, fraction = instant[:16], instant[16:19], instant[20:-1]
    if len(second) != len(":00") or second[0] != ":" or instant[-1] != "Z":
        raise ValueError(f"{instant} is no instant")
    return (_seconds(minute) + int(second[1:])) * _SECOND + int(fraction.ljust(9, "0") or 0)


@lru_cache(maxsize=1024)  # What is read together was mostly recorded together.
def _seconds(minute: str) -> int:
    """Seconds from 1970 to a minute."""
    elapsed = datetime.fromisoformat(f"{minute}+00:00") - _EPOCH
    return elapsed.days * 86_400 + elapsed.seconds
