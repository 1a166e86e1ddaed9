"""What the server hands out of a stream, in whichever form its messages are read."""

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from events.envelope import StoredMessage
from events.errors import CairnError
from events.raw_message import RawMessage

M = TypeVar("M", bound=StoredMessage | RawMessage)
"""A message of the log: with its headers by name, or byte for byte as it is stored."""


class NotStored(CairnError):
    """A message does not say which message of which stream it is."""


class Found(NamedTuple, Generic[M]):
    """A message that the server has handed out.

    Attributes:
        stream: The stream that holds it.
        before: In a batch of direct gets, the sequence of the message that was sent before it; 0 for none.
        message: The message as it is stored.
    """

    stream: str
    before: int
    message: M


Read = Callable[[bytes, bytes], Found[M]]
"""Reads a message out of its block of headers and its body as they came; raises NotStored where it is none."""
