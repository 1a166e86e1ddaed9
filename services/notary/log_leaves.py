"""The leaves of a log: one for each position, of the message that stands there or of the hole that is left."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator
from typing import Protocol

from events.identity import LOG
from events.leaf import hole, leaf_of
from events.log.anchor import Anchor
from events.log.reading import RawBatch
from events.raw_message import RawMessage
from events.transparency.merkle import leaf_hash

EVERYTHING = f"{LOG}.>"
"""All subjects of the log."""


class RawLog(Protocol):
    """What the notary reads of a log; :class:`events.log.Log` has it."""

    def follow_raw(self, after: int | Anchor = 0, *, every: float | None = None) -> AsyncGenerator[RawBatch, None]:
        """Every message behind a position, for ever; with `every`, looked for so many seconds apart."""

    def read_raw(self, subject: str, after: int = 0, until: int | None = None) -> AsyncIterator[list[RawMessage]]:
        """The messages on a subject behind a position, by pages."""

    async def raw_at(self, position: int) -> RawMessage | None:
        """The message at a position; None where the log holds none."""

    async def anchor(self, position: int) -> Anchor | None:
        """The anchor at a position; None where the log holds no message."""

    async def head(self) -> int:
        """The last position of the log."""


def leaves(messages: Iterable[RawMessage], after: int, until: int = 0) -> Iterator[bytes]:
    """The leaves of messages that follow a position, with those of the holes between them.

    Args:
        until: The last position that is wanted also where nothing stands there any more.
    """
    for message in messages:
        yield from map(hole, range(after + 1, message.position))
        yield leaf_of(message)
        after = message.position
    yield from map(hole, range(after + 1, until + 1))


def leaf_hashes(messages: Iterable[RawMessage], after: int) -> list[bytes]:
    """The hashes of those leaves."""
    return [leaf_hash(each) for each in leaves(messages, after)]


async def leaf_hash_at(log: RawLog, position: int) -> bytes:
    """The hash of the leaf of one position, as the log has it now.

    Raises:
        LogUnreachable: the log does not answer.
    """
    message = await log.raw_at(position)
    return leaf_hash(hole(position) if message is None else leaf_of(message))
