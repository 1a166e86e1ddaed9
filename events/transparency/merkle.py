"""The Merkle tree (RFC 9162, section 2.1; SHA-256): hashing, appending, and checking proofs.

A tree of n > 1 leaves splits at the largest power of two below n; nothing is padded. What begins a hash tells a leaf
from a node, so that no node can be shown as a leaf.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

HASH_BYTES = 32
_LEAF = b"\x00"
_NODE = b"\x01"

EMPTY_ROOT = sha256().digest()
"""The root of the tree without leaves."""


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(_LEAF + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node from those below it."""
    return sha256(_NODE + left + right).digest()


def root_of(roots: Sequence[bytes]) -> bytes:
    """The root of a tree from the roots of its full subtrees, the largest first; of none, the empty tree's."""
    if not roots:
        return EMPTY_ROOT
    root = roots[-1]
    for left in reversed(roots[:-1]):
        root = node_hash(left, root)
    return root


class CompactRange:
    """A tree that grows: the roots of its full subtrees, one for each set bit of its size, are all that it keeps.

    Args:
        size: How many leaves it has.
        roots: The roots of its full subtrees, the largest first.

    Raises:
        ValueError: there are more or fewer roots than a tree of this size has.
    """

    def __init__(self, size: int = 0, roots: Iterable[bytes] = ()):
        self._size = size
        self._roots = list(roots)
        if size < 0 or len(self._roots) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has not {len(self._roots)} full subtrees")

    @property
    def size(self) -> int:
        """How many leaves the tree has."""
        return self._size

    @property
    def roots(self) -> tuple[bytes, ...]:
        """The roots of its full subtrees, the largest first."""
        return tuple(self._roots)

    @property
    def root(self) -> bytes:
        """The root of the tree."""
        return root_of(self._roots)

    def append(self, hashed: bytes) -> None:
        """Add a leaf by its hash."""
        roots, full = self._roots, self._size
        while full & 1:
            hashed = sha256(_NODE + roots.pop() + hashed).digest()
            full >>= 1
        roots.append(hashed)
        self._size += 1


def root_from_inclusion(index: int, size: int, hashed: bytes, proof: Sequence[bytes]) -> bytes | None:
    """The root that an inclusion proof leads to (RFC 9162, 2.1.3.2).

    Args:
        index: The leaf's place, from 0.
        size: How many leaves the tree has.
        hashed: The leaf's hash.
        proof: Sibling hashes, from the leaf upward.

    Returns:
        The root; None where no tree of this size has a proof of this form for this place.
    """
    if not 0 <= index < size or not _are_hashes((hashed, *proof)):
        return None
    node, last, found = index, size - 1, hashed
    for sibling in proof:
        if last == 0:
            return None
        if node & 1 or node == last:
            found = node_hash(sibling, found)
            if not node & 1:
                node, last = _up_to_right_child(node, last)
        else:
            found = node_hash(found, sibling)
        node, last = node >> 1, last >> 1
    return found if last == 0 else None


def proves_inclusion(index: int, size: int, hashed: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether a proof shows that a leaf is at a place in the tree with this size and root.

    The size must be one that somebody has signed with the root: trees of other sizes may have a proof of the same form.
    """
    return root_from_inclusion(index, size, hashed, proof) == root


def proves_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether a proof shows that a tree is an earlier state of another: that it only grew (RFC 9162, 2.1.4.2).

    Args:
        old: The size of the earlier tree; new: that of the later.
    """
    if not 0 <= old <= new or not _are_hashes((old_root, new_root, *proof)):
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    hashes = list(proof) if old & (old - 1) else [old_root, *proof]
    if not hashes:
        return False
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    found_old = found_new = hashes[0]
    for each in hashes[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            found_old, found_new = node_hash(each, found_old), node_hash(each, found_new)
            if not node & 1:
                node, last = _up_to_right_child(node, last)
        else:
            found_new = node_hash(found_new, each)
        node, last = node >> 1, last >> 1
    return last == 0 and found_old == old_root and found_new == new_root


def _up_to_right_child(node: int, last: int) -> tuple[int, int]:
    """Where the edge of the tree has no siblings, the way up to the first right child, or to the root."""
    while node and not node & 1:
        node, last = node >> 1, last >> 1
    return node, last


def _are_hashes(given: Iterable[bytes]) -> bool:
    return all(len(each) == HASH_BYTES for each in given)
