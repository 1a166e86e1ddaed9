"""Ids of the live feed: a position of the log, together with what tells the event there from any other.

An id is one integer: the position, followed by nine decimal digits that are taken from the event's fingerprint
(`events/leaf.py`). Position 480 becomes `480123456789`. So whoever gives an id back to another log than it came from is
told so, unless one in 1,000,000,000 is mistaken; and an id is still compared and kept as a number. An integer that is
too small to hold both is a position alone.
"""

from typing import NamedTuple

from events.envelope import StoredMessage
from events.leaf import fingerprint

_DIGITS = 9
_FACTOR = 1_000_000_000
_MOST_DIGITS = 19 + _DIGITS
"""Of a position, which is a 64-bit integer, and what follows it."""


class BadFeedId(ValueError):
    """The text is no id that the feed has given, and no position."""


class FeedId(NamedTuple):
    """What an id says.

    Attributes:
        position: Of the event.
        digits: Taken from its fingerprint; None when only a position was given.
    """

    position: int
    digits: int | None


def encode(stored: StoredMessage) -> str:
    """The id of an event, also of one that cannot be read."""
    return f"{stored.position}{_digits(fingerprint(stored)):0{_DIGITS}}"


def decode(text: str) -> FeedId:
    """Read an id, or a position.

    Raises:
        BadFeedId: it is neither.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise BadFeedId(text)
    number = int(text)
    return FeedId(number, None) if number < _FACTOR else FeedId(*divmod(number, _FACTOR))


def is_of(found: FeedId, fingerprint: str) -> bool:
    """Whether an id can be that of an event with this fingerprint; a position alone can be any event's."""
    return found.digits is None or found.digits == _digits(fingerprint)


def _digits(fingerprint: str) -> int:
    # 64 bits of it: taken modulo 10**9, they come out as evenly as makes no difference.
    return int(fingerprint[:16], 16) % _FACTOR
