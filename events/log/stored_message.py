"""A message of a stream as the server hands it out: with headers of its own behind those that are stored.

Both a batch of direct gets and what a stream republishes name the stream, the subject, the sequence and the time there
(nats-server `getDirectRequest` and `processJetStreamMsg`), always last and in this order.
"""

import re
from typing import NamedTuple

from events.envelope import StoredMessage
from events.errors import CairnError
from events.log.client.headers import VERSION, read_headers
from events.log.timestamps import nanoseconds

_TIMES_FOR_A_PATTERN = 16
"""How often the same names must have come in a row. A pattern costs as much as reading a hundred messages."""
_BEGIN = "\r\nNats-Stream: "
_PENDING = "\r\nNats-Num-Pending: "
_ADDED = (
    r"\r\nNats-Stream: ([^\r]*)\r\nNats-Subject: ([^\r]*)\r\nNats-Sequence: (\d+)\r\nNats-Time-Stamp: ([^\r]*)%s"
    r"\r\nNats-Last-Sequence: (\d+)\r\n\r\n"
)
_IN_A_BATCH, _REPUBLISHED = (_ADDED % pending for pending in (rf"{_PENDING}\d+", ""))
_ADDED_TO_ANY = re.compile(_ADDED % rf"(?:{_PENDING}\d+)?")
_END = "\r\n\r\n"


class NotStored(CairnError):
    """A message does not say which message of which stream it is."""


class Found(NamedTuple):
    """A message that the server has handed out.

    Attributes:
        stream: The stream that holds it.
        before: In a batch of direct gets, the sequence of the message that was sent before it; 0 for none.
        message: The message as it is stored.
    """

    stream: str
    before: int
    message: StoredMessage


class MessageReader:
    """Reads messages whose headers mostly have the same names in the same order, in less than half the time.

    Messages of one writer differ in how many headers they have, and rarely otherwise. For each number of them the names
    that came several times in a row make a pattern, which reads all headers at once. Other messages are read as usual.
    """

    def __init__(self) -> None:
        self._patterns: dict[int, tuple[tuple[str, ...], re.Pattern[str]]] = {}
        self._seen: dict[int, tuple[tuple[str, ...], int]] = {}

    def read(self, headers: bytes, data: bytes) -> Found:
        """Read a message.

        Args:
            headers: The block of headers as it came.

        Raises:
            NotStored: The server has added nothing to its headers.
        """
        text = headers.decode(errors="replace")
        lines = text.count("\n")
        if known := self._patterns.get(lines):
            names, pattern = known
            if found := pattern.fullmatch(text):
                values = found.groups()
                own = dict(zip(names, values))  # noqa: B905 - what the server added comes behind them
                return _found(values[-5:], own, data)
        return self._read(text, lines, data)

    def _read(self, text: str, lines: int, data: bytes) -> Found:
        begin = text.rfind(_BEGIN)
        added = _ADDED_TO_ANY.fullmatch(text, begin) if begin > 0 else None
        if added is None:
            raise NotStored("A message came that does not say where it is stored.")
        own = read_headers((text[:begin] + _END).encode()) or {}
        self._learn(text, lines, tuple(own), begin)
        return _found(added.groups(), own, data)

    def _learn(self, text: str, lines: int, names: tuple[str, ...], begin: int) -> None:
        before, times = self._seen.get(lines, ((), 0))
        times = times + 1 if names == before else 1
        self._seen[lines] = (names, times)
        if times == _TIMES_FOR_A_PATTERN:
            # As many line breaks are counted as the pattern has itself, so none is left over for a value.
            values = "".join(rf"\r\n{re.escape(name)}: (?![ \t])([^\r]*)" for name in names)
            added = _IN_A_BATCH if text.find(_PENDING, begin) > 0 else _REPUBLISHED
            pattern = re.compile(re.escape(VERSION) + values + added)
            if pattern.fullmatch(text):
                self._patterns[lines] = (names, pattern)


def _found(added: tuple[str, ...], own: dict[str, str], data: bytes) -> Found:
    stream, subject, position, time, before = added
    return Found(stream, int(before), StoredMessage(subject, int(position), nanoseconds(time), own, data))
