"""What a witness is asked for a cosignature with (C2SP tlog-witness 1.0.0), written and read in one place."""

import base64
import re
from dataclasses import dataclass

from events.transparency.keys import strict_base64
from events.transparency.merkle import HASH_BYTES
from events.transparency.notes import Note, parse_note
from events.transparency.refusals import NotProven

MAX_PROOF_LINES = 63
"""How many hashes a consistency proof may have."""
MAX_REQUEST_BYTES = 256 * 1024 + 4 * 1024
"""How large a request may be: the largest note, with the longest proof before it."""
_OLD = re.compile(r"old (0|[1-9]\d{0,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A checkpoint for a witness to cosign.

    Attributes:
        old_size: How large the tree is that the witness has last cosigned, as its sender knows; 0 for none.
        proof: That the tree of that size is an earlier state of the checkpoint's.
        note: The checkpoint, with the log's signature.
    """

    old_size: int
    proof: tuple[bytes, ...]
    note: Note

    def __post_init__(self) -> None:
        if len(self.proof) > MAX_PROOF_LINES or any(len(each) != HASH_BYTES for each in self.proof):
            raise ValueError(f"a consistency proof is up to {MAX_PROOF_LINES} hashes of {HASH_BYTES} bytes")

    def __bytes__(self) -> bytes:
        """The body of the request."""
        lines = (f"old {self.old_size}", *(base64.b64encode(each).decode() for each in self.proof))
        return ("".join(f"{line}\n" for line in lines) + f"\n{self.note}").encode()


def parse_add_checkpoint(body: bytes) -> AddCheckpoint:
    """The request of a body.

    Raises:
        NotProven: it is none; the message says what is wrong.
    """
    head, between, note = body.partition(b"\n\n")
    try:
        first, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise NotProven("the request has something else than ASCII before its checkpoint") from None
    old = _OLD.fullmatch(first)
    if not between or old is None or int(old[1]) >= 1 << 63:
        raise NotProven("a request is a line “old SIZE”, hashes, an empty line and a checkpoint")
    if len(lines) > MAX_PROOF_LINES:
        raise NotProven(f"the proof has more than {MAX_PROOF_LINES} hashes")
    proof = tuple(hashed for hashed in map(strict_base64, lines) if hashed is not None and len(hashed) == HASH_BYTES)
    if len(proof) != len(lines):
        raise NotProven("a line of the proof is not a hash of 32 bytes in base64")
    return AddCheckpoint(int(old[1]), proof, parse_note(note))
