"""Reads a log to its end as a notary does that begins with it: leaves, tree, tiles on the disk. Run as a file."""

from pathlib import Path

import uvloop

from bench.following_program import timed
from events.leaf import leaf_of
from events.log import Log
from events.transparency.merkle import leaf_hash
from services.notary.tile_files import TileFiles
from services.notary.tile_tree import TileTree

_WRITTEN_AT_ONCE = 1 << 16
"""After how many leaves the tiles are written: about as many as come between two signatures of a notary."""


async def _notarise(log: Log, until: int, folder: str) -> None:
    tree = TileTree(TileFiles(Path(folder)), 0)
    async for batch in log.follow_raw():
        tree.extend([leaf_hash(leaf_of(message)) for message in batch.messages])
        if tree.size - tree.written >= _WRITTEN_AT_ONCE:
            tree.write()
        if tree.size >= until:
            break
    tree.write()
    _ = tree.root


if __name__ == "__main__":
    uvloop.run(timed(_notarise))
