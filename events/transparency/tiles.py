"""Tiles (tlog-tiles 0.1.0): the hashes of the tree, 256 to a file, from which every proof can be made.

Hash i of tile N at level L is the root of the full subtree of 256**L leaves number 256 * N + i. A tile at the right
edge holds fewer; it grows, and its first hashes never change. What lies between two levels is hashed when it is needed.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from events.transparency.merkle import HASH_BYTES, node_hash
from events.transparency.proving import Subtree

TILE_HEIGHT = 8
"""How many levels of the tree one level of tiles stands for."""
TILE_WIDTH = 1 << TILE_HEIGHT
"""How many hashes a full tile has."""
MAX_TILES = 1 << 63
"""How many tiles a level has at most, as a log has no more positions."""
MAX_LEVEL = 63
"""The highest level that an address can name."""
_ADDRESS = re.compile(r"(0|[1-9]\d?)/((?:x\d{3}/)*\d{3})(?:\.p/([1-9]\d{0,2}))?", re.ASCII)


class Tile(NamedTuple):
    """A tile.

    Attributes:
        level: Its level, from 0 for the hashes of leaves.
        number: Its place among those of the level, from 0.
        width: How many hashes it has: 256 when it is full.
    """

    level: int
    number: int
    width: int = TILE_WIDTH

    @property
    def address(self) -> str:
        """Its address after `tile/`, such as `0/x001/x234/067` or `1/000.p/17`."""
        groups = [f"{self.number % 1000:03}"]
        rest = self.number // 1000
        while rest:
            groups.append(f"x{rest % 1000:03}")
            rest //= 1000
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"{self.level}/{'/'.join(reversed(groups))}{partial}"


def parse_tile(address: str) -> Tile | None:
    """The tile of an address after `tile/`; None for what is no address of a tile, or not the one way to write it."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return None
    number = int(found[2].replace("x", "").replace("/", ""))
    tile = Tile(int(found[1]), number, int(found[3]) if found[3] else TILE_WIDTH)
    fits = tile.level <= MAX_LEVEL and tile.number < MAX_TILES and tile.width <= TILE_WIDTH
    return tile if fits and tile.address == address else None


def width_at(level: int, number: int, size: int) -> int:
    """How many hashes a tile has in a tree of a size: 256, fewer at the right edge, or none."""
    hashes = size >> (TILE_HEIGHT * level)
    return max(0, min(TILE_WIDTH, hashes - number * TILE_WIDTH))


def tiles_of(size: int) -> Iterator[Tile]:
    """Every tile that a tree of a size has, level by level."""
    level = 0
    while hashes := size >> (TILE_HEIGHT * level):
        for number in range((hashes + TILE_WIDTH - 1) // TILE_WIDTH):
            yield Tile(level, number, width_at(level, number, size))
        level += 1


ReadTile = Callable[[int, int], bytes]
"""Gives the hashes of a tile, joined, by its level and number; of one at the right edge, those that it has."""


class SubtreesFromTiles:
    """Gives the roots of full subtrees from tiles; each tile is read once.

    Args:
        read: Reads a tile.
    """

    def __init__(self, read: ReadTile):
        self._read_tile = read
        self._tiles: dict[tuple[int, int], bytes] = {}

    def __call__(self, subtree: Subtree) -> bytes:
        """The root of a full subtree.

        Raises:
            ValueError: the tile does not have the hashes that this needs.
        """
        level, within = divmod(subtree.level, TILE_HEIGHT)
        first = subtree.number << within
        number, place = divmod(first, TILE_WIDTH)
        tile = self._tile(level, number)
        begin, end = place * HASH_BYTES, (place + (1 << within)) * HASH_BYTES
        if len(tile) < end:
            raise ValueError(f"tile {Tile(level, number).address} has not the hashes up to {end // HASH_BYTES}")
        hashes = [tile[at : at + HASH_BYTES] for at in range(begin, end, HASH_BYTES)]
        while len(hashes) > 1:
            hashes = [node_hash(hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)]
        return hashes[0]

    @property
    def tiles_read(self) -> int:
        """How many tiles were read."""
        return len(self._tiles)

    def _tile(self, level: int, number: int) -> bytes:
        key = (level, number)
        if key not in self._tiles:
            self._tiles[key] = self._read_tile(level, number)
        return self._tiles[key]
