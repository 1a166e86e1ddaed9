"""Proving many leaves of one tree at once, with each hash only once: what a history of many events is proven by.

The tree is walked from left to right, and each node that is needed comes in its turn, so that whoever makes the proof
and whoever checks it keep no more than one path in memory. Two kinds of hashes are written down. Those of subtrees
without any of the leaves cannot be computed from these. Those of subtrees with some, beside another one with some, can;
they are there so that a checker finds out which leaf is the wrong one, and not only that one is.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Literal, NamedTuple

from events.transparency.merkle import root_of
from events.transparency.proving import Subtree, subtrees


class Step(NamedTuple):
    """One step of the walk, which works on a stack of hashes.

    Attributes:
        does: `read` puts the hash of a subtree on the stack that nothing below it gives. `leaf` puts the hash of one of
            the leaves on it. `join` puts the hash of the two upper ones in their place. `known` writes down the upper
            one, or compares it with what is written.
        subtree: Which subtree the hash is of.
    """

    does: Literal["read", "leaf", "join", "known"]
    subtree: Subtree


def steps(indices: Sequence[int], size: int) -> Iterator[Step]:
    """The walk that proves some leaves in a tree of a size. At its end the stack has the tree's full subtrees.

    Args:
        indices: The places of the leaves, in ascending order, each once.

    Raises:
        ValueError: a tree of this size has not all of these leaves.
    """
    if indices and not 0 <= indices[0] <= indices[-1] < size:
        raise ValueError(f"a tree of {size} leaves has not all of these")
    first = 0
    for peak in subtrees(0, size):
        end = bisect_left(indices, (peak.number + 1) << peak.level, first)
        yield from _steps(indices, peak, first, end)
        if first < end:
            yield Step("known", peak)
        first = end


def _steps(indices: Sequence[int], subtree: Subtree, first: int, end: int) -> Iterator[Step]:
    level, number = subtree
    if first == end:
        yield Step("read", subtree)
        return
    if level == 0:
        yield Step("leaf", subtree)
        return
    left, right = Subtree(level - 1, 2 * number), Subtree(level - 1, 2 * number + 1)
    middle = bisect_left(indices, right.number << right.level, first, end)
    both = first < middle < end
    for child, begin, until in ((left, first, middle), (right, middle, end)):
        yield from _steps(indices, child, begin, until)
        if both:
            yield Step("known", child)
    yield Step("join", subtree)


class Walk:
    """Takes the steps of a walk, and gives the root that they lead to."""

    def __init__(self) -> None:
        self._stack: list[bytes] = []

    def push(self, hashed: bytes) -> None:
        """Take a step `read` or `leaf`."""
        self._stack.append(hashed)

    def join(self) -> None:
        """Take a step `join`."""
        right, left = self._stack.pop(), self._stack.pop()
        self._stack.append(sha256(b"\x01" + left + right).digest())

    @property
    def top(self) -> bytes:
        """The hash that a step `known` is about."""
        return self._stack[-1]

    @property
    def root(self) -> bytes:
        """The root of the tree, once all steps are taken."""
        return root_of(self._stack)
