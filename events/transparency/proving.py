"""Making proofs: which hashes of the tree they need, and in which order (RFC 9162, sections 2.1.3 and 2.1.4)."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from events.transparency.merkle import root_of


class Subtree(NamedTuple):
    """A full subtree: the leaves from `number * 2**level` on, `2**level` of them."""

    level: int
    number: int


ReadSubtree = Callable[[Subtree], bytes]
"""Gives the root of a full subtree."""


def subtrees(start: int, end: int) -> Iterator[Subtree]:
    """The full subtrees that make up the leaves of a range that begins where a subtree does, the largest first.

    Args:
        start: The first leaf; end: the one after the last.
    """
    while start < end:
        level = (end - start).bit_length() - 1
        yield Subtree(level, start >> level)
        start += 1 << level


def inclusion_proof(index: int, size: int, read: ReadSubtree) -> list[bytes]:
    """The proof that the leaf at a place is in the tree of a size: sibling hashes, from the leaf upward.

    Raises:
        ValueError: a tree of this size has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has none at {index}")
    start, end, proof = 0, size, []
    while end - start > 1:
        middle = start + _left_part(end - start)
        if index < middle:
            proof.append(_root(middle, end, read))
            end = middle
        else:
            proof.append(_root(start, middle, read))
            start = middle
    return proof[::-1]


def consistency_proof(old: int, new: int, read: ReadSubtree) -> list[bytes]:
    """The proof that the tree of one size is an earlier state of that of another; empty where nothing has to be shown.

    Raises:
        ValueError: the earlier one is the larger.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} leaves is no earlier state of one of {new}")
    if old in (0, new):
        return []
    start, end, proof, all_of_old = 0, new, [], True
    while old != end:
        middle = start + _left_part(end - start)
        if old <= middle:
            proof.append(_root(middle, end, read))
            end = middle
        else:
            proof.append(_root(start, middle, read))
            start, all_of_old = middle, False
    if not all_of_old:
        proof.append(_root(start, end, read))
    return proof[::-1]


def _root(start: int, end: int, read: ReadSubtree) -> bytes:
    return root_of([read(each) for each in subtrees(start, end)])


def _left_part(count: int) -> int:
    """The largest power of two below a count."""
    return 1 << ((count - 1).bit_length() - 1)
