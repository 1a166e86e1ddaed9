"""A notary's tree alone: how quickly it grows, and what one proof in it costs."""

import random
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from time import perf_counter

from bench.options import Stage
from bench.result import Run
from events.transparency.merkle import HASH_BYTES, leaf_hash
from events.transparency.proving import inclusion_proof
from events.transparency.tiles import SubtreesFromTiles
from services.notary.tile_files import TileFiles
from services.notary.tile_tree import TileTree

TREE_BYTES = 40
"""What a leaf takes on the disk, with the blocks of file systems."""
_LEAF_BYTES = 120
"""How long the leaf of an event is, about."""
_WRITTEN_AT_ONCE = 1 << 18
_PROOFS = 500
_SEED = 1


def some_leaves(count: int) -> list[bytes]:
    """So many leaves, each another."""
    return [number.to_bytes(_LEAF_BYTES) for number in range(count)]


def hash_twice(leaves: Sequence[bytes]) -> Run:
    """Nothing but two hashes a leaf: one of the leaf, and one of two hashes joined."""
    began = perf_counter()
    above = bytes(HASH_BYTES)
    for leaf in leaves:
        above = sha256(above + sha256(leaf).digest()).digest()
    return Run.of(len(leaves), perf_counter() - began)


def grow(leaves: Sequence[bytes], folder: Path) -> Run:
    """A tree of all leaves up to its root, in memory.

    Args:
        folder: Where its tiles would be.
    """
    began = perf_counter()
    tree = TileTree(TileFiles(folder), 0)
    tree.extend([leaf_hash(each) for each in leaves])
    _ = tree.root
    return Run.of(len(leaves), perf_counter() - began)


def plant(folder: Path, size: int, stage: Stage) -> TileTree:
    """A tree of so many leaves that nobody has hashed, on the disk."""
    tree = TileTree(TileFiles(folder), 0)
    chance = random.Random(_SEED)
    while tree.size < size:
        count = min(_WRITTEN_AT_ONCE, size - tree.size)
        some = chance.randbytes(count * HASH_BYTES)
        tree.extend([some[at : at + HASH_BYTES] for at in range(0, len(some), HASH_BYTES)])
        tree.write()
        stage.advance(count)
    return tree


def prove(tree: TileTree) -> Run:
    """Proofs of leaves here and there, each by tiles that are read for it."""
    latencies = []
    for index in _indices(tree.size):
        began = perf_counter()
        tree.inclusion_proof(index, tree.size)
        latencies.append(perf_counter() - began)
    return Run.of(len(latencies), sum(latencies), latencies)


def largest_proof(folder: Path, size: int) -> tuple[int, int]:
    """The most bytes of hashes that one of those proofs has, and the most tiles that one is read from."""
    files = TileFiles(folder)
    most_bytes = most_tiles = 0
    for index in (*_indices(size), 0, size - 1):
        read = SubtreesFromTiles(files.read)
        most_bytes = max(most_bytes, len(inclusion_proof(index, size, read)) * HASH_BYTES)
        most_tiles = max(most_tiles, read.tiles_read)
    return most_bytes, most_tiles


def _indices(size: int) -> list[int]:
    chance = random.Random(_SEED)
    return [chance.randrange(size) for _ in range(_PROOFS)]
