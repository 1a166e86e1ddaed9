"""A message of a stream with its headers by name, out of what the server hands out with headers of its own behind them.

Both a batch of direct gets and what a stream republishes name the stream, the subject, the sequence and the time there
(nats-server `getDirectRequest` and `processJetStreamMsg`), always last and in this order.
"""

import re

from events.attribute_headers import OddHeaders
from events.envelope import StoredMessage
from events.log.client.headers import VERSION, headers_of
from events.log.handed_out import Found
from events.log.raw_message import read_raw
from events.log.timestamps import nanoseconds

_TIMES_FOR_A_PATTERN = 16
"""How often the same names must have come in a row. A pattern costs as much as reading a hundred messages."""
_PENDING = "\r\nNats-Num-Pending: "
_ADDED = (
    r"\r\nNats-Stream: ([^\r]*)\r\nNats-Subject: ([^\r]*)\r\nNats-Sequence: (\d+)\r\nNats-Time-Stamp: ([^\r]*)%s"
    r"\r\nNats-Last-Sequence: (\d+)\r\n\r\n"
)
_IN_A_BATCH, _REPUBLISHED = (_ADDED % pending for pending in (rf"{_PENDING}\d+", ""))


class MessageReader:
    """Reads messages whose headers mostly have the same names in the same order, in less than half the time.

    Messages of one writer differ in how many headers they have, and rarely otherwise. For each number of them the names
    that came several times in a row make a pattern, which reads all headers at once. Other messages are read as usual.
    """

    def __init__(self) -> None:
        self._patterns: dict[int, tuple[tuple[str, ...], re.Pattern[str]]] = {}
        self._seen: dict[int, tuple[tuple[str, ...], int]] = {}

    def read(self, headers: bytes, data: bytes) -> Found[StoredMessage]:
        """Read a message.

        Args:
            headers: The block of headers as it came.

        Raises:
            NotStored: The server has added nothing to its headers.
        """
        lines = headers.count(b"\n")
        if (known := self._patterns.get(lines)) and (text := _text(headers)):
            names, pattern = known
            if found := pattern.fullmatch(text):
                values = found.groups()
                stream, subject, position, time, before = values[-5:]
                own = dict(zip(names, values))  # noqa: B905 - what the server added comes behind them
                message = StoredMessage(subject, int(position), nanoseconds(time), own, data)
                return Found(stream, int(before), message)
        return self._read(headers, lines, data)

    def _read(self, headers: bytes, lines: int, data: bytes) -> Found[StoredMessage]:
        stream, before, raw = read_raw(headers, data)
        own = headers_of(raw.headers)
        if not isinstance(own, OddHeaders):
            self._learn(headers, lines, tuple(own))
        return Found(stream, before, StoredMessage(raw.subject, raw.position, raw.recorded_ns, own, data))

    def _learn(self, headers: bytes, lines: int, names: tuple[str, ...]) -> None:
        before, times = self._seen.get(lines, ((), 0))
        times = times + 1 if names == before else 1
        self._seen[lines] = (names, times)
        if times == _TIMES_FOR_A_PATTERN:
            # As many line breaks are counted as the pattern has itself, so none is left over for a value.
            values = "".join(rf"\r\n{re.escape(name)}: (?![ \t])([^\r]*)" for name in names)
            for added in (_IN_A_BATCH, _REPUBLISHED):
                pattern = re.compile(re.escape(VERSION) + values + added)
                if pattern.fullmatch(_text(headers)):
                    self._patterns[lines] = (names, pattern)


def _text(headers: bytes) -> str:
    """A block of headers as text; none where it holds bytes that are not UTF-8, which would be lost."""
    try:
        return headers.decode()
    except UnicodeDecodeError:
        return ""
