"""Where a page of a Bundle begins: what its link `next` gives to a client, and a client gives back as `_after`."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from types import UnionType
from typing import Any

NO_PLACE = "It is taken from the link next, as it stands there."
"""What is said of a text that is no place in a list."""
_BEYOND = 2**63
"""The first number that no database has a place for."""


def written_place(parts: Sequence[str | int | None]) -> str:
    """A place as a text."""
    return urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("=")


def read_place(text: str, *kinds: type | UnionType) -> list[Any]:  # Any: each part is of its kind
    """The parts of a place.

    Args:
        kinds: What each part is.

    Raises:
        ValueError: it is no place, or one in another list.
    """
    try:
        parts = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except RecursionError:
        raise ValueError(text) from None
    if not isinstance(parts, list) or len(parts) != len(kinds):
        raise ValueError(text)
    if not all(map(isinstance, parts, kinds)):
        raise ValueError(text)
    if any(isinstance(each, int) and abs(each) >= _BEYOND for each in parts):
        raise ValueError(text)
    return parts
