"""Proofs of one event (C2SP tlog-proof): a file that says where a leaf is in a tree, and whose tree that is.

The leaf itself is not in it: whoever reads the proof computes its hash from the event.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from events.transparency.checkpoints import checkpoint_of
from events.transparency.keys import strict_base64
from events.transparency.merkle import HASH_BYTES, proves_inclusion
from events.transparency.notes import Note, parse_note
from events.transparency.refusals import NotProven

MAX_PROOF_HASHES = 63
"""How many hashes a proof can have."""
_FIRST_LINE = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9]\d{0,18})", re.ASCII)
_EXTRA = "extra "


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """Where a leaf is in a tree.

    Attributes:
        index: Its place, from 0.
        hashes: Sibling hashes, from the leaf upward.
        note: The checkpoint of the tree, with its signatures and cosignatures. Whether they verify is not said here.
    """

    index: int
    hashes: tuple[bytes, ...]
    note: Note

    def __str__(self) -> str:
        """The file."""
        lines = (_FIRST_LINE, f"index {self.index}", *(base64.b64encode(each).decode() for each in self.hashes))
        return "".join(f"{line}\n" for line in lines) + f"\n{self.note}"

    def proves(self, hashed: bytes) -> bool:
        """Whether a leaf with this hash is in the tree of the checkpoint at this place."""
        checkpoint = checkpoint_of(self.note)
        return proves_inclusion(self.index, checkpoint.size, hashed, self.hashes, checkpoint.root)


def parse_proof(given: bytes) -> InclusionProof:
    """The proof of a file. What it says beside the proof (`extra`) is authenticated by nobody, and passed over.

    Raises:
        NotProven: it is none.
    """
    head, between, note = given.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise NotProven("a proof has something else than ASCII before its checkpoint") from None
    if not between or lines[0] != _FIRST_LINE:
        raise NotProven(f"a proof does not begin with {_FIRST_LINE}")
    rest = lines[2:] if len(lines) > 1 and lines[1].startswith(_EXTRA) else lines[1:]
    index = _INDEX.fullmatch(rest[0]) if rest else None
    if index is None:
        raise NotProven("a proof names no index")
    return InclusionProof(int(index[1]), _hashes(rest[1:]), parse_note(note))


def _hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    if len(lines) > MAX_PROOF_HASHES:
        raise NotProven(f"a proof has more than {MAX_PROOF_HASHES} hashes")
    found = [strict_base64(line) for line in lines]
    if any(each is None or len(each) != HASH_BYTES for each in found):
        raise NotProven("a line of a proof is not a hash of 32 bytes in base64")
    return tuple(each for each in found if each is not None)
