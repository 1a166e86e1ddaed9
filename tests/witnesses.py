"""A log that signs, and what it would send to a witness: for tests of both sides."""

from pathlib import Path

from events.transparency.checkpoints import Checkpoint
from events.transparency.keys import NOTE, SignerKey
from events.transparency.merkle import leaf_hash
from events.transparency.notes import Note, signed
from services.notary.statements import STATEMENTS, CountedEvents, stated
from services.notary.tile_files import TileFiles
from services.notary.tile_tree import TileTree
from services.notary.witness_requests import AddCheckpoint

ORIGIN = "clinic.example/tlog/7f3k2m9q-1"


class SigningLog:
    """A log whose tree grows by leaves that a test names.

    Args:
        folder: Where its tiles go.
        history: Another one makes a tree with other leaves, under the same keys.
    """

    def __init__(self, folder: Path, origin: str = ORIGIN, history: str = ""):
        self.key = SignerKey(origin, NOTE, bytes(range(32)))
        self.statement_key = SignerKey(origin + STATEMENTS, NOTE, bytes(range(3, 35)))
        self.tree = TileTree(TileFiles(folder), 0)
        self._history = history

    def grow(self, size: int) -> Note:
        """The checkpoint of the tree once it has so many leaves."""
        self.tree.extend(leaf_hash(f"{self._history}{number}".encode()) for number in range(self.tree.size, size))
        self.tree.write()
        return self.checkpoint(size)

    def checkpoint(self, size: int, *keys: SignerKey) -> Note:
        """The checkpoint of a size that the tree has, or had."""
        return signed(Checkpoint(self.key.name, size, self.tree.root_at(size)).text, *(keys or (self.key,)))

    def request(self, old: int, new: int, *keys: SignerKey) -> bytes:
        """What asks for a cosignature."""
        proof = self.tree.consistency_proof(old, new) if old <= new else []
        return bytes(AddCheckpoint(old, tuple(proof), self.checkpoint(new, *keys)))

    def statement(self, scope: str, size: int, positions: list[int], *keys: SignerKey) -> Note:
        """What the log states."""
        text = stated(self.key.name, size, scope, CountedEvents(positions), {"events.jsonl": "0" * 64}).text
        return signed(text, *(keys or (self.statement_key,)))
