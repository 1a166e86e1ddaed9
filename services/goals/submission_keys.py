"""As which event of its goal each submission was recorded, in 24 bytes for each event."""

from array import array
from bisect import bisect_left, insort
from functools import lru_cache
from hashlib import blake2b
from struct import iter_unpack

from events.event import Event

_DIGEST_BYTES = 16
_NONE = bytes(_DIGEST_BYTES)
_VERSION_BITS = 24
_HASHED = -1 << _VERSION_BITS
_FEW = 256
"""Of how many keys the sorted array is made again in less time than a state is unpacked."""


class SubmissionKeys:
    """Finds the version of a submission by its source and id, of which it keeps a digest.

    No two keys that anybody can find have the same digest of 128 bits. That of every event stands at its version; to
    find one among thousands there is a sorted array beside them, each of whose numbers is the beginning of a digest,
    and its version in the last 24 bits.

    Args:
        digests: As :attr:`digests` gives them.
    """

    __slots__ = ("_digests", "_sorted")

    def __init__(self, digests: bytes = b""):
        self._digests = bytearray(digests)
        self._sorted: array[int] | None = None
        """None until it is needed."""

    @property
    def digests(self) -> bytes:
        """The digests of all events, one after another; zeros for an event that nobody submitted."""
        return bytes(self._digests)

    def add(self, event: Event) -> None:
        """Note the next event; of two with the same key, only the first counts."""
        if event.cause is not None:
            self._digests += _NONE
            return
        digest, known = _digest(event.source, event.id), self._in_order()
        self._digests += digest
        insort(known, _beginning(digest) | len(self._digests) // _DIGEST_BYTES)

    def trim(self) -> None:
        """Give up the room for further keys until one is added, and what is soon made again."""
        self._digests = self._digests[:]
        few = len(self._digests) <= _FEW * _DIGEST_BYTES
        self._sorted = None if few or self._sorted is None else self._sorted[:]

    def version_of(self, submission: Event) -> int | None:
        """The version of the event that the submission was recorded as; None when it was not."""
        digest = _digest(submission.source, submission.id)
        beginning, known = _beginning(digest), self._in_order()
        place = bisect_left(known, beginning)
        while place < len(known) and known[place] & _HASHED == beginning:
            version = known[place] & ~_HASHED
            if self._digests[(version - 1) * _DIGEST_BYTES : version * _DIGEST_BYTES] == digest:
                return version
            place += 1
        return None

    def _in_order(self) -> "array[int]":
        """The beginnings of digests with their versions, sorted."""
        if self._sorted is None:
            known = enumerate(iter_unpack(">QQ", self._digests), 1)
            in_order = sorted([first & _HASHED | version for version, (first, rest) in known if first or rest])
            self._sorted = array("Q", in_order)
        return self._sorted


@lru_cache(maxsize=256)  # A submission is looked for, and is added soon afterwards.
def _digest(source: str, id_: str) -> bytes:
    # The length tells where the source ends.
    key = f"{len(source)} {source}{id_}".encode(errors="surrogatepass")
    return blake2b(key, digest_size=_DIGEST_BYTES).digest()


def _beginning(digest: bytes) -> int:
    return int.from_bytes(digest[:8], "big") & _HASHED
