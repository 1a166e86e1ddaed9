"""The digest of the log's content: a SHA-256 chain over its positions, from the first on.

Version 2, which is made now, chains the leaves of the messages (:mod:`events.leaf`), so that subject, time of
recording, headers and body are all in it, each with its length; a position that the log no longer holds is in it as a
hole. Two logs with the same digest at the same position are the same up to there, byte for byte, and have the same
positions missing.

    chain(0) = no bytes;  chain(n) = SHA-256(chain(n - 1) · leaf(n))

Earlier versions of Cairn made the leaves of version 2 of the headers by name. That is another leaf where a message was
published with a name that stands twice, with bytes that are not UTF-8, or with other spaces than Cairn writes. Their
digest is still borne out; it says nothing about what was lost in the reading.

Version 1, which older backups have, leaves out the time of recording and what is missing, and joins its parts by line
breaks. It is only compared.
"""

from hashlib import sha256
from typing import Literal, NamedTuple

from events.attribute_headers import OddHeaders
from events.envelope import StoredMessage
from events.leaf import by_name, hole, leaf_of, raw_of

DigestVersion = Literal["v1", "v2"]
CURRENT: DigestVersion = "v2"


class EarlierDigest(NamedTuple):
    """What the digest was at some position when the log was read before.

    Attributes:
        position: The last one that it covers.
        digest: As hex.
        version: How it was made.
    """

    position: int
    digest: str
    version: DigestVersion


class Chain:
    """Computes the digest of version 2, position by position."""

    def __init__(self) -> None:
        self._value = b""
        self._by_name: bytes | None = None
        """The chain as earlier versions made it, from the first message on at which it is another."""

    @property
    def digest(self) -> str:
        """The digest of all positions so far, as hex; empty before the first position."""
        return self._value.hex()

    def bears_out(self, digest: str) -> bool:
        """Whether a digest that was noted earlier is that of all positions so far."""
        return digest == self.digest or (self._by_name is not None and digest == self._by_name.hex())

    def take(self, stored: StoredMessage) -> None:
        """Add the next message."""
        if self._by_name is None and isinstance(stored.headers, OddHeaders):
            self._by_name = self._value
        if self._by_name is not None:
            self._by_name = sha256(self._by_name + leaf_of(by_name(stored))).digest()
        self._value = sha256(self._value + leaf_of(raw_of(stored))).digest()

    def miss(self, position: int) -> None:
        """Add the next position, at which the log holds no message."""
        missing = hole(position)
        if self._by_name is not None:
            self._by_name = sha256(self._by_name + missing).digest()
        self._value = sha256(self._value + missing).digest()


class FirstChain:
    """Computes the digest of version 1, message by message.

    Headers that the server adds are left out: they differ after a restore.
    """

    def __init__(self) -> None:
        self._value = b""

    @property
    def digest(self) -> str:
        """The digest of all positions so far, as hex; empty before the first position."""
        return self._value.hex()

    def bears_out(self, digest: str) -> bool:
        """Whether a digest that was noted earlier is that of all positions so far."""
        return digest == self.digest

    def take(self, stored: StoredMessage) -> None:
        """Add the next message."""
        mixed = sha256(self._value)
        own = sorted((name, value) for name, value in stored.headers.items() if not name.startswith("Nats-"))
        for part in (str(stored.position), stored.subject, *(f"{name}: {value}" for name, value in own)):
            mixed.update(part.encode() + b"\n")
        mixed.update(stored.data)
        self._value = mixed.digest()

    def miss(self, position: int) -> None:
        """Do nothing: version 1 does not cover missing positions."""
