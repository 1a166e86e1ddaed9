"""Many leaves are proven by one walk over the tree, which has each hash once and leads to the root."""

from hashlib import sha256
from random import Random

import pytest

from events.transparency.many_leaves import Walk, steps
from events.transparency.merkle import CompactRange, node_hash, root_of
from events.transparency.proving import Subtree, subtrees


def hashed(index: int) -> bytes:
    return sha256(b"%d" % index).digest()


def full(subtree: Subtree) -> bytes:
    if subtree.level == 0:
        return hashed(subtree.number)
    left, right = (Subtree(subtree.level - 1, 2 * subtree.number + side) for side in (0, 1))
    return node_hash(full(left), full(right))


def root(size: int) -> bytes:
    tree = CompactRange()
    for index in range(size):
        tree.append(hashed(index))
    return tree.root


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 100, 257])
def test_the_walk_leads_to_the_root(size: int) -> None:
    random = Random(size)
    for count in sorted({0, 1, size // 3, size}):
        indices = sorted(random.sample(range(size), count))
        walk, read, leaves = Walk(), [], []
        for does, subtree in steps(indices, size):
            if does == "leaf":
                leaves.append(subtree.number)
                walk.push(hashed(subtree.number))
            elif does == "read":
                read.append(subtree)
                walk.push(full(subtree))
            elif does == "join":
                walk.join()
            else:
                assert walk.top == full(subtree)

        assert walk.root == root(size)
        assert leaves == indices
        assert len(set(read)) == len(read)
        covered = [range(each.number << each.level, (each.number + 1) << each.level) for each in read]
        assert sorted(index for part in covered for index in part) == sorted(set(range(size)) - set(indices))


def test_of_each_leaf_there_is_a_hash_that_it_alone_leads_to() -> None:
    """So whoever checks finds out which one is wrong: the first hash that does not fit has one leaf below it."""
    indices = [3, 4, 5, 90, 200, 255]
    known = [each.subtree for each in steps(indices, 256) if each.does == "known"]

    for index in indices:
        below = [
            [other for other in indices if other >> each.level == each.number]
            for each in known
            if index >> each.level == each.number
        ]
        assert [index] in below


@pytest.mark.parametrize(("indices", "size"), [([5], 5), ([-1], 5), ([0], 0)])
def test_a_tree_has_no_other_leaves(indices: list[int], size: int) -> None:
    with pytest.raises(ValueError, match="has not all of these"):
        next(steps(indices, size))


def test_nothing_of_an_empty_tree_is_needed() -> None:
    assert list(steps([], 0)) == []
    assert Walk().root == root_of([])
    assert [each.subtree for each in steps([], 11)] == list(subtrees(0, 11))
