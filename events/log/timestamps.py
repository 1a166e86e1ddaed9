"""Instants as the server writes them: RFC 3339 in UTC, with as many digits of a second as are not zero, up to nine."""

from datetime import UTC, datetime

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 1_000_000_000


def nanoseconds(instant: str) -> int:
    """Nanoseconds since 1970. Python's own instants are a thousand times coarser.

    Raises:
        ValueError: it is no instant of this form.
    """
    whole, _, fraction = instant.removesuffix("Z").partition(".")
    elapsed = datetime.fromisoformat(f"{whole}+00:00") - _EPOCH
    return (elapsed.days * 86_400 + elapsed.seconds) * _SECOND + int(fraction.ljust(9, "0") or 0)
