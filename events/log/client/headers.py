"""The headers of a NATS message, read in one go.

nats-py looks at header names one character at a time, which would be the largest part of following the log.
"""

import re
from functools import lru_cache

from events.attribute_headers import DoubledHeaders

VERSION = "NATS/1.0"
"""How every block of headers begins."""
_TIMES_FOR_A_PATTERN = 16
"""How often the same names must have come in a row. A pattern costs as much as reading a hundred blocks."""
_NAME = re.compile(r"[!-9;-~]+")
_HEADER = re.compile(r"^([!-9;-~]+):[ \t]*([^\r\n]*)\r\n", re.MULTILINE)


def read_headers(block: bytes) -> dict[str, str] | None:
    """The headers of a NATS message, with an inline status as `Status` and `Description`; None when there are none.

    The form is `NATS/1.0[ status[ description]]`, then `Name: value` lines (NATS ADR-4). Never raises.
    """
    text = block.decode(errors="replace")
    first, *lines = text.split("\r\n")
    headers = {name: value for name, colon, value in [line.partition(": ") for line in lines] if colon}
    if not _is_plain(text, len(lines)) or len(headers) + 2 != len(lines) or not _are_names(tuple(headers)):
        pairs = _HEADER.findall(text, len(first))
        headers = dict(pairs)
        if len(headers) < len(pairs):
            headers = DoubledHeaders(pairs)
    if len(first) > len(VERSION):
        code, _, description = first[len(VERSION) :].strip().partition(" ")
        if code.isdecimal():
            headers["Status"] = code
        if description:
            headers["Description"] = description
    return headers or None


def _is_plain(text: str, lines: int) -> bool:
    """Whether headers are written as everybody writes them, so that they need no pattern, which takes twice as long."""
    return text.count("\n") == text.count("\r") == lines and ":  " not in text and ": \t" not in text


@lru_cache(maxsize=512)  # Those who write to a log write the same headers over and over.
def _are_names(words: tuple[str, ...]) -> bool:
    return all(map(_NAME.fullmatch, words))


class SimilarHeaders:
    """Reads blocks of headers that mostly have the same names in the same order, in less than half the time.

    Blocks of one writer differ in how many headers they have, and rarely otherwise. For each number of them the names
    that came several times in a row make a pattern, which reads a whole block at once. Other blocks are read as usual.
    """

    def __init__(self) -> None:
        self._patterns: dict[int, tuple[tuple[str, ...], re.Pattern[str]]] = {}
        self._seen: dict[int, tuple[tuple[str, ...], int]] = {}

    def read(self, block: bytes) -> dict[str, str]:
        """The headers of a block, as :func:`read_headers` reads them; empty when there are none."""
        lines = block.count(b"\n")
        if known := self._patterns.get(lines):
            names, pattern = known
            if found := pattern.fullmatch(block.decode(errors="replace")):
                return dict(zip(names, found.groups()))  # noqa: B905 - as many, by the pattern
        headers = read_headers(block) or {}
        self._learn(lines, block, headers)
        return headers

    def _learn(self, lines: int, block: bytes, headers: dict[str, str]) -> None:
        names = tuple(headers)
        before, times = self._seen.get(lines, ((), 0))
        times = times + 1 if names == before else 1
        self._seen[lines] = (names, times)
        if times == _TIMES_FOR_A_PATTERN and len(names) + 2 == lines:
            # No line break is left over for a value, as there are no more of them than lines.
            values = "".join(rf"\r\n{re.escape(name)}: (?![ \t])([^\r]*)" for name in names)
            pattern = re.compile(rf"{re.escape(VERSION)}{values}\r\n\r\n")
            if pattern.fullmatch(block.decode(errors="replace")):
                self._patterns[lines] = (names, pattern)
