"""The tree of a log in tiles: grows by leaf hashes, and gives its root and every proof, also for earlier sizes.

In memory there are the tiles at its right edge, one a level; the rest is read when a proof needs it.
"""

from collections.abc import Iterable
from hashlib import sha256

from events.transparency.merkle import HASH_BYTES, root_of
from events.transparency.proving import consistency_proof, inclusion_proof, subtrees
from events.transparency.tiles import TILE_WIDTH, SubtreesFromTiles, Tile, width_at
from services.notary.errors import NotaryUnusable
from services.notary.tile_files import TileFiles

_TILE_BYTES = TILE_WIDTH * HASH_BYTES


class TileTree:
    """A tree that is kept in tiles.

    Args:
        files: Its tiles.
        size: How many leaves it has; what the files hold beyond is passed over.

    Raises:
        NotaryUnusable: the files do not hold a tree of this size.
        OSError: they cannot be read.
    """

    def __init__(self, files: TileFiles, size: int):
        self._files = files
        self.size = size
        self.written = size
        """How many of the leaves are on the disk."""
        self._edges: list[bytearray] = []
        level = 0
        while hashes := size >> (8 * level):
            number, width = divmod(hashes, TILE_WIDTH)
            edge = files.read(level, number)[: width * HASH_BYTES] if width else b""
            if len(edge) < width * HASH_BYTES:
                raise NotaryUnusable(
                    f"The tile {Tile(level, number, width).address} is not whole on the disk. Put the notary's folder"
                    " back from a backup, or build its tiles anew."
                )
            self._edges.append(bytearray(edge))
            level += 1
        self._full: dict[tuple[int, int], bytes] = {}

    @property
    def root(self) -> bytes:
        """The root of the tree as it is now."""
        return self.root_at(self.size)

    def root_at(self, size: int) -> bytes:
        """The root that the tree had when it had so many leaves."""
        read = self.reader(size)
        return root_of([read(each) for each in subtrees(0, size)])

    def extend(self, hashes: Iterable[bytes]) -> None:
        """Add leaves by their hashes. They are on the disk after :meth:`write`."""
        edges = self._edges or [bytearray()]
        self._edges = edges
        edge, count = edges[0], 0
        for hashed in hashes:
            edge += hashed
            count += 1
            if len(edge) == _TILE_BYTES:
                self.size += count
                count = 0
                self._fill(0)
        self.size += count

    def write(self) -> None:
        """Write what is new, and return when it is on the disk.

        Raises:
            OSError: it cannot be written. The tree stays as it is in memory, and this can be called again.
        """
        new: dict[tuple[int, int, int], bytes] = {}
        for (level, number), tile in self._full.items():
            place = self._place_written(level, number)
            new[level, number, place] = tile[place * HASH_BYTES :]
        for level, edge in enumerate(self._edges):
            number = (self.size >> (8 * level)) // TILE_WIDTH
            place = self._place_written(level, number)
            if len(edge) > place * HASH_BYTES:
                new[level, number, place] = bytes(edge[place * HASH_BYTES :])
        self._files.write(new)
        self.written = self.size
        self._full.clear()

    def tile(self, tile: Tile) -> bytes | None:
        """The hashes of a tile, cut to the width that is asked for; None where the tree has not so many."""
        if width_at(tile.level, tile.number, self.size) < tile.width:
            return None
        return self._read(tile.level, tile.number)[: tile.width * HASH_BYTES]

    def inclusion_proof(self, index: int, size: int) -> list[bytes]:
        """The proof that the leaf at a place is in the tree as it was with so many leaves.

        Raises:
            ValueError: it has not so many leaves, or none at this place.
        """
        return inclusion_proof(index, size, self.reader(size))

    def consistency_proof(self, old: int, new: int) -> list[bytes]:
        """The proof that the tree of one size is an earlier state of that of another.

        Raises:
            ValueError: it has not so many leaves, or the earlier one is the larger.
        """
        return consistency_proof(old, new, self.reader(new))

    def reader(self, size: int) -> SubtreesFromTiles:
        """Gives the roots of the full subtrees of the tree as it was with so many leaves; for several proofs at once.

        Raises:
            ValueError: it has not so many leaves.
        """
        if not 0 <= size <= self.size:
            raise ValueError(f"the tree has {self.size} leaves, and not {size}")
        return SubtreesFromTiles(self._read)

    def _read(self, level: int, number: int) -> bytes:
        if number == (self.size >> (8 * level)) // TILE_WIDTH:
            return bytes(self._edges[level]) if level < len(self._edges) else b""
        return self._full.get((level, number)) or self._files.read(level, number)

    def _place_written(self, level: int, number: int) -> int:
        return width_at(level, number, self.written)

    def _fill(self, level: int) -> None:
        """Close a tile that has become full, and put its root into the level above."""
        tile = bytes(self._edges[level])
        self._edges[level].clear()
        number = (self.size >> (8 * level)) // TILE_WIDTH - 1
        self._full[level, number] = tile
        if level + 1 == len(self._edges):
            self._edges.append(bytearray())
        above = self._edges[level + 1]
        above += _root_of_full(tile)
        if len(above) == _TILE_BYTES:
            self._fill(level + 1)


def _root_of_full(tile: bytes) -> bytes:
    """The root over the hashes of a full tile."""
    row = tile
    while len(row) > HASH_BYTES:
        row = b"".join(
            [sha256(b"\x01" + row[at : at + 2 * HASH_BYTES]).digest() for at in range(0, len(row), 2 * HASH_BYTES)]
        )
    return row
