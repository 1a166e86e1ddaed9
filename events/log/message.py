"""A message for a stream, and the guard with which the server refuses it when its subject has moved on."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

_EXPECTED = "Nats-Expected-Last-Subject-Sequence"
_ACROSS = f"{_EXPECTED}-Subject"
_WRONG_SEQUENCE = frozenset({10071, 10164})
_LAST = re.compile(r"wrong last sequence: (\d+)")


class Message(NamedTuple):
    """One message for the log. Its headers must tell it apart from every other on its subject."""

    subject: str
    headers: dict[str, str]
    body: bytes

    @property
    def expected(self) -> int | None:
        """The position that its guard expects; None when it has none."""
        expected = self.headers.get(_EXPECTED)
        return None if expected is None else int(expected)


def guarded(message: Message, expected: int, across: str | None = None) -> Message:
    """Return the message with a guard: the server refuses it unless its subject ends at the expected position.

    Args:
        message: The first of its write on its subject; the server takes one guard a subject.
        expected: The position of the last message, 0 for none.
        across: A wildcard whose subjects the guard looks at instead of the message's own.
    """
    return message._replace(headers={**message.headers, **guard(expected, across)})


def guard(expected: int, across: str | None = None) -> dict[str, str]:
    """The headers that are a guard (see :func:`guarded`)."""
    if across is None:
        return {_EXPECTED: str(expected)}
    return {_EXPECTED: str(expected), _ACROSS: across}


def is_wrong_sequence(error: Mapping[str, Any]) -> bool:
    """Whether the server refused a message because its guard did not hold."""
    return error.get("err_code") in _WRONG_SEQUENCE


def end_in(error: Mapping[str, Any]) -> int | None:
    """The position of the last message that a guard's refusal names.

    None when the server does not know it yet: with replicas, while another message is under way to them.
    """
    found = _LAST.search(error.get("description", ""))
    return int(found[1]) if found else None
