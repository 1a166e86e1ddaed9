"""Checkpoints (C2SP tlog-checkpoint 1.0.0) and cosignatures of them (tlog-cosignature 1.0.1).

A checkpoint is how large a log's tree is and what its root is, signed by the log. It has no time: a time is only in
cosignatures, each of which says that at this time this was the largest tree of this origin that the witness had seen,
and that it extends all that it saw before.
"""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from events.transparency.keys import COSIGNATURE, SignerKey, VerifierKey, is_key_name, strict_base64
from events.transparency.merkle import HASH_BYTES
from events.transparency.notes import Note, SignatureLine, signers_of
from events.transparency.refusals import NotProven

_SIZE = re.compile(r"0|[1-9]\d{0,18}", re.ASCII)
_TIME_BYTES = 8
_COSIGNATURE_BYTES = _TIME_BYTES + 64


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a tree.

    Attributes:
        origin: Which log it is.
        size: How many leaves the tree has.
        root: Its root, 32 bytes.
    """

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


class Cosignature(NamedTuple):
    """A witness's word for a checkpoint.

    Attributes:
        at: When it gave it, in seconds since 1970.
    """

    witness: VerifierKey
    at: int


def checkpoint_of(note: Note) -> Checkpoint:
    """What a note says, as a checkpoint. Extension lines are refused: Cairn's logs have none.

    Raises:
        NotProven: it says something else.
    """
    lines = note.text.removesuffix("\n").split("\n")
    if len(lines) != 3:
        raise NotProven("a checkpoint has not the three lines origin, size and root")
    origin, size, encoded = lines
    root = strict_base64(encoded)
    if not is_key_name(origin) or not _SIZE.fullmatch(size) or root is None or len(root) != HASH_BYTES:
        raise NotProven("a checkpoint is not an origin, a size and a root of 32 bytes in base64")
    return Checkpoint(origin, int(size), root)


def opened_checkpoint(note: Note, log: VerifierKey) -> Checkpoint:
    """The checkpoint that a log has signed.

    Raises:
        NotProven: the note is none, is of another log, or is not signed with this key.
    """
    checkpoint = checkpoint_of(note)
    if checkpoint.origin != log.name:
        raise NotProven(f"the checkpoint is of another log than {log.name}")
    if not signers_of(note, [log]):
        raise NotProven(f"the checkpoint is not signed by {log.name}")
    return checkpoint


def cosigned(note: Note, witness: SignerKey, at: int) -> SignatureLine:
    """A witness's line for a checkpoint.

    Args:
        at: The time, in seconds since 1970.

    Raises:
        ValueError: the key is not one for cosignatures.
    """
    if witness.kind != COSIGNATURE:
        raise ValueError("a witness signs with a key for cosignatures")
    signature = witness.sign(_message(note.text, at))
    return SignatureLine(witness.name, witness.verifier.id, at.to_bytes(_TIME_BYTES) + signature)


def cosignatures_of(note: Note, witnesses: Iterable[VerifierKey]) -> list[Cosignature]:
    """What the witnesses say of a checkpoint; each public key counts once, by its last time, whatever its names.

    Raises:
        NotProven: a line that says it is of one of them does not verify.
    """
    found: dict[bytes, Cosignature] = {}
    for witness in witnesses:
        if witness.kind != COSIGNATURE:
            continue
        for line in note.signatures:
            if not line.is_of(witness):
                continue
            at = int.from_bytes(line.signature[:_TIME_BYTES])
            good = len(line.signature) == _COSIGNATURE_BYTES
            if not good or not witness.verifies(line.signature[_TIME_BYTES:], _message(note.text, at)):
                raise NotProven(f"a cosignature of {witness.name} does not verify")
            before = found.get(witness.public)
            if before is None or before.at < at:
                found[witness.public] = Cosignature(witness, at)
    return list(found.values())


def _message(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()
