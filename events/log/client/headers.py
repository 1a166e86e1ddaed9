"""The headers of a NATS message, read in one go.

nats-py looks at header names one character at a time, which would be the largest part of following the log.
"""

import re
from functools import lru_cache

from events.attribute_headers import OddHeaders

VERSION = "NATS/1.0"
"""How every block of headers begins."""
_NAME = re.compile(r"[!-9;-~]+")
_HEADER = re.compile(r"^([!-9;-~]+):[ \t]*([^\r\n]*)\r\n", re.MULTILINE)
_REPLACED = "\ufffd"
"""What stands in a text in place of bytes that are not UTF-8."""
_MOST_USUAL_BYTES = 512
"""How long a block of headers may be that is remembered."""


def read_headers(block: bytes) -> dict[str, str] | None:
    """The headers of a NATS message, with an inline status as `Status` and `Description`; None when there are none.

    The form is `NATS/1.0[ status[ description]]`, then `Name: value` lines (NATS ADR-4). Never raises. What a
    dictionary does not hold as it came comes as `OddHeaders`.
    """
    text = block.decode(errors="replace")
    first, *lines = text.split("\r\n")
    headers = {name: value for name, colon, value in [line.partition(": ") for line in lines] if colon}
    if not _is_plain(text, len(lines)) or len(headers) + 2 != len(lines) or not _are_names(tuple(headers)):
        headers = OddHeaders(_HEADER.findall(text, len(first)), block)
    if len(first) > len(VERSION):
        code, _, description = first[len(VERSION) :].strip().partition(" ")
        if code.isdecimal():
            headers["Status"] = code
        if description:
            headers["Description"] = description
    return headers if headers or (block and isinstance(headers, OddHeaders)) else None


def headers_of(block: bytes) -> dict[str, str]:
    """As :func:`read_headers`, empty where there are none."""
    headers = read_headers(block)
    return {} if headers is None else headers


@lru_cache(maxsize=512)
def _read_before(block: bytes) -> dict[str, str] | None:
    return read_headers(block)


def read_usual_headers(block: bytes) -> dict[str, str] | None:
    """As :func:`read_headers`, in a fifth of the time where the same block has come before.

    Those who submit put the same few headers on all that they submit. A longer block names an event, and does not come
    again.
    """
    if len(block) > _MOST_USUAL_BYTES:
        return read_headers(block)
    read = _read_before(block)
    # Each message has headers of its own: whoever gets it may change them.
    return read.copy() if type(read) is dict else read_headers(block)


def _is_plain(text: str, lines: int) -> bool:
    """Whether headers are written as everybody writes them, so that they need no pattern, which takes twice as long."""
    return (
        text.count("\n") == text.count("\r") == lines
        and ":  " not in text
        and ": \t" not in text
        and _REPLACED not in text
    )


@lru_cache(maxsize=512)  # Those who write to a log write the same headers over and over.
def _are_names(words: tuple[str, ...]) -> bool:
    return all(map(_NAME.fullmatch, words))
