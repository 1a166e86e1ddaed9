"""Messages byte for byte as they are stored, out of what the server hands out.

The server puts lines of its own behind the block of headers that is stored. They are cut off from the right, and
nothing else is read: no dictionary of headers is made, which is most of the time that reading takes otherwise.
"""

import re

from events.log.client.headers import VERSION
from events.log.handed_out import Found, NotStored
from events.log.timestamps import nanoseconds
from events.raw_message import RawMessage

__all__ = ["RawMessage", "read_raw"]

_BEGIN = b"\r\nNats-Stream: "
_ADDED = re.compile(
    rb"\r\nNats-Stream: ([^\r]*)\r\nNats-Subject: ([^\r]*)\r\nNats-Sequence: (\d+)\r\nNats-Time-Stamp: ([^\r]*)"
    rb"(?:(?:\r\nNats-Num-Pending: \d+)?\r\nNats-Last-Sequence: (\d+))?\r\n\r\n"
)
_NO_LINES = len(VERSION)
_END = b"\r\n\r\n"


def read_raw(headers: bytes, body: bytes) -> Found[RawMessage]:
    """Read a message as it is stored.

    Args:
        headers: The block of headers as it came: of a batch of direct gets, of a single one, or republished.

    Raises:
        NotStored: The server has added nothing to its headers.
    """
    begin = headers.rfind(_BEGIN)
    added = _ADDED.fullmatch(headers, begin) if begin > 0 else None
    if added is None:
        raise NotStored("A message came that does not say where it is stored.")
    stream, subject, position, time, before = added.groups()
    stored = headers[:begin] + _END if begin > _NO_LINES else b""
    message = RawMessage(subject.decode(errors="replace"), int(position), nanoseconds(time.decode()), stored, body)
    return Found(stream.decode(), int(before or 0), message)
