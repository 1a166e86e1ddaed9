"""A message of the log byte for byte as it is stored."""

from typing import NamedTuple


class RawMessage(NamedTuple):
    """A message as the stream holds it, with nothing read out of it and nothing lost.

    Attributes:
        subject: The subject that it is stored on.
        position: Its sequence in the stream, from 1 on.
        recorded_ns: When the server stored it, in nanoseconds since 1970.
        headers: The block of headers as it is stored, from `NATS/1.0` up to and with the empty line; names that stand
            twice, their order and odd bytes are kept. No bytes where it has none, or a block without a line. Headers
            that the server adds when it hands a message out are not among them.
        body: The body.
    """

    subject: str
    position: int
    recorded_ns: int
    headers: bytes
    body: bytes
