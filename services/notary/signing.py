"""Signing checkpoints: only what extends all that was signed before, and only once it is on the disk.

To sign two trees of which neither extends the other is the one thing that can never be made good: both notes together
prove it for ever. So every way in which it could come about stops the notary, and an operator decides.
"""

from datetime import datetime

from events.transparency.checkpoints import Checkpoint
from events.transparency.merkle import proves_consistency
from events.transparency.notes import Note, signed
from services.notary.errors import SigningStopped
from services.notary.identity import NotaryFolder, Signed, Stopped
from services.notary.tile_tree import TileTree


class CheckpointSigner:
    """Signs the states of one tree.

    Args:
        folder: The identity, and what was signed last.
        tree: The tree.

    Raises:
        NotaryUnusable: the folder cannot be used.
        SigningStopped: it was stopped before, and nobody has decided since.
    """

    def __init__(self, folder: NotaryFolder, tree: TileTree):
        self._folder = folder
        self._tree = tree
        self._key = folder.key()
        self._last = folder.last_signed()
        if (stopped := folder.stopped()) is not None:
            raise SigningStopped(stopped.reason)

    @property
    def last(self) -> Signed | None:
        """The last tree that was signed."""
        return self._last

    def sign(self, now: datetime) -> Note:
        """The checkpoint of the tree as it is now.

        Raises:
            SigningStopped: it is no extension of the one that was signed last.
            OSError: what is signed could not be remembered, so it was not signed.
        """
        size, root = self._tree.size, self._tree.root
        if self._tree.written != size:
            raise ValueError("a tree is signed once its tiles are on the disk")
        self._check_extends(size, root, now)
        signing = Signed(size=size, root=root, at=now)
        self._folder.note_signed(signing)
        self._last = signing
        return signed(Checkpoint(self._key.name, size, root).text, self._key)

    def stop(self, reason: str, now: datetime) -> SigningStopped:
        """Sign nothing any more, also after a restart, and say why."""
        self._folder.note_stopped(Stopped(reason=reason, at=now))
        return SigningStopped(reason)

    def _check_extends(self, size: int, root: bytes, now: datetime) -> None:
        last = self._last
        if last is None:
            return
        if size < last.size:
            raise self.stop(f"the tree has {size} leaves, and one with {last.size} was signed before", now)
        proof = self._tree.consistency_proof(last.size, size)
        if not proves_consistency(last.size, size, proof, last.root, root):
            raise self.stop(
                f"the tree with {size} leaves does not extend the one with {last.size} that was signed", now
            )
