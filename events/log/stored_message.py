"""A message of a stream as the server hands it out: with headers of its own behind those that are stored.

Both a batch of direct gets and what a stream republishes name the stream, the subject, the sequence and the time there
(nats-server `getDirectRequest` and `processJetStreamMsg`), always last and in this order.
"""

import re
from typing import NamedTuple

from events.envelope import StoredMessage
from events.errors import CairnError
from events.log.client.headers import VERSION, SimilarHeaders
from events.log.timestamps import nanoseconds

_BEGIN = b"\r\nNats-Stream: "
_ADDED = re.compile(
    rb"\r\nNats-Stream: ([^\r]*)\r\nNats-Subject: ([^\r]*)\r\nNats-Sequence: (\d+)\r\n"
    rb"Nats-Time-Stamp: ([^\r]*)\r\n(?:Nats-Num-Pending: \d+\r\n)?Nats-Last-Sequence: (\d+)\r\n"
)
_WITHOUT_HEADERS = len(VERSION)
_END = b"\r\n\r\n"
_similar = SimilarHeaders()


class NotStored(CairnError):
    """A message does not say which message of which stream it is."""


class Found(NamedTuple):
    """A message whose own headers are not read yet, as the server gave it.

    Attributes:
        stream: The stream that holds it.
        position: Its sequence.
        before: In a batch of direct gets, the sequence of the message that was sent before it; 0 for none.
        subject, time: Where and when it was stored.
        own: The block of its own headers.
        data: Its body.
    """

    stream: bytes
    position: int
    before: int
    subject: bytes
    time: bytes
    own: bytes
    data: bytes


def find(headers: bytes, data: bytes) -> Found:
    """Read what the server has added to a message.

    Args:
        headers: The block of headers as it came.

    Raises:
        NotStored: The server has added nothing.
    """
    begin = headers.rfind(_BEGIN)
    added = _ADDED.match(headers, begin) if begin > 0 else None
    if added is None:
        raise NotStored("A message came that does not say where it is stored.")
    stream, subject, position, time, before = added.groups()
    return Found(stream, int(position), int(before), subject, time, headers[:begin], data)


def read(found: Found) -> StoredMessage:
    """The message as it is stored."""
    _, position, _, subject, time, own, data = found
    headers = _similar.read(own + _END) if len(own) > _WITHOUT_HEADERS else {}
    return StoredMessage(subject.decode(errors="replace"), position, nanoseconds(time.decode()), headers, data)
