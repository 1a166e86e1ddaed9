"""Signing checkpoints: only what extends all that was signed before, and only once it is on the disk.

To sign two trees of which neither extends the other is the one thing that can never be made good: both notes together
prove it for ever. So every way in which it could come about stops the notary, and an operator decides.
"""

from datetime import datetime

from events.transparency.checkpoints import Checkpoint
from events.transparency.merkle import proves_consistency
from events.transparency.notes import Note, signed
from services.notary.errors import GenerationEnded, SigningStopped
from services.notary.generations import Generation, Signed, Stopped
from services.notary.identity import Identity, NotaryFolder
from services.notary.tile_tree import TileTree
from services.notary.wording import leaves


class CheckpointSigner:
    """Signs the states of one tree.

    Args:
        folder: The notary's files.
        identity: For which log, and in which generation.
        tree: The tree.

    Raises:
        NotaryUnusable: the folder cannot be used.
        SigningStopped: it was stopped before, and nobody has decided since.
    """

    def __init__(self, folder: NotaryFolder, identity: Identity, tree: TileTree):
        self._folder = folder
        self._identity = identity
        self._generation: Generation = folder.generation(identity)
        self._tree = tree
        self._last = self._generation.last_signed()
        if (stopped := self._generation.stopped()) is not None:
            raise SigningStopped(stopped.reason)
        self._generation.keys()
        self._generation.statements_key()

    @property
    def last(self) -> Signed | None:
        """The last tree that was signed."""
        return self._last

    def sign(self, now: datetime) -> Note:
        """The checkpoint of the tree as it is now, signed with each key that signs now.

        Raises:
            SigningStopped: it is no extension of the one that was signed last.
            GenerationEnded: an operator has begun another generation.
            NotaryUnusable: a key, or what is remembered, cannot be used.
            OSError: what is signed could not be remembered, so it was not signed.
        """
        tree = self._tree
        if tree.written != tree.size:
            raise ValueError("a tree is signed once its tiles are on the disk")
        with self._folder.locked():
            if self._folder.identity() != self._identity:
                raise GenerationEnded("A new generation of the log has begun.")
            self._last = self._generation.last_signed()
            size, root = tree.size, tree.root
            self._check_extends(size, root, now)
            keys = self._generation.keys()
            self._generation.note_periods(keys, self._generation.statements_key(), size, now)
            signing = Signed(size=size, root=root, at=now)
            self._generation.note_signed(signing)
            self._last = signing
        return signed(Checkpoint(self._identity.origin, size, root).text, *keys)

    def stop(self, reason: str, now: datetime) -> SigningStopped:
        """Sign nothing any more, also after a restart, and say why."""
        self._generation.note_stopped(Stopped(reason=reason, at=now))
        return SigningStopped(reason)

    def _check_extends(self, size: int, root: bytes, now: datetime) -> None:
        last = self._last
        if last is None:
            return
        if size < last.size:
            raise self.stop(f"the tree has {leaves(size)}, and one with {last.size} was signed before", now)
        proof = self._tree.consistency_proof(last.size, size)
        if not proves_consistency(last.size, size, proof, last.root, root):
            raise self.stop(
                f"the tree with {leaves(size)} does not extend the one with {last.size} that was signed", now
            )
