"""Taking up the tree of a log again: from its tiles, if neither they nor the log contradict what was signed."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from events.transparency.checkpoints import Checkpoint
from events.transparency.merkle import HASH_BYTES
from events.transparency.tiles import TILE_WIDTH, Tile
from services.notary.durable_files import sync_folder
from services.notary.errors import Contradiction, NotaryUnusable
from services.notary.generations import Signed
from services.notary.log_leaves import RawLog, leaf_hash_at, leaf_hashes
from services.notary.published import Published
from services.notary.tile_files import TileFiles
from services.notary.tile_tree import TileTree
from services.notary.wording import leaves

TILES = "tile"
_BUILT = "tile.being-built"
_SPOT_CHECKS = 8
"""How many positions before the last one are compared with the log at a start."""
_MAX_UNWRITTEN = 65_536
"""How many leaves are in memory before they are written while tiles are built anew: 2 MB."""
_log = logging.getLogger("cairn.notary")


def open_tree(folder: Path, last: Signed | None) -> TileTree:
    """The tree as it was signed last.

    Args:
        folder: Where its tiles are.

    Raises:
        NotaryUnusable: the tiles are not whole; they can be built anew from the log.
        Contradiction: they are whole, and of another tree.
        OSError: they cannot be read.
    """
    size = last.size if last is not None else 0
    tree = TileTree(TileFiles(folder / TILES), size)
    try:
        root = tree.root
    except ValueError:
        raise NotaryUnusable("A tile is not whole on the disk.") from None
    if last is not None and root != last.root:
        raise Contradiction(
            f"the tiles on the disk are of another tree than the one with {leaves(size)} that was signed"
        )
    return tree


def open_largest_tree(folder: Path, last: Signed | None, published: Published) -> TileTree:
    """The largest signed tree that the tiles still hold: the last one, or that of an earlier published checkpoint.

    A data folder that was put back has taken tiles along, and what was signed before can be proven from those left. A
    notary's folder that was put back remembers an older tree than the one that was published.

    Raises:
        NotaryUnusable: they hold none that was published.
        OSError: they cannot be read.
    """
    try:
        tree = open_tree(folder, last)
    except (Contradiction, NotaryUnusable):
        tree = None
    if tree is not None and tree.size >= published.size:
        return tree
    if (found := published.largest(lambda checkpoint: _holds(folder, checkpoint))) is not None:
        return TileTree(TileFiles(folder / TILES), found.size)
    if tree is None:
        raise NotaryUnusable("The tiles on the disk hold no tree that was published.")
    return tree


def _holds(folder: Path, checkpoint: Checkpoint) -> bool:
    """Whether tiles hold the tree of a checkpoint."""
    try:
        return TileTree(TileFiles(folder / TILES), checkpoint.size).root == checkpoint.root
    except (NotaryUnusable, ValueError):
        return False


async def rebuild_tree(log: RawLog, folder: Path, last: Signed, now: datetime) -> TileTree:
    """Build the tiles anew from the log, and put the others aside.

    Raises:
        Contradiction: the log is not the one that was signed.
        LogReplaced: as following it.
        OSError: they cannot be written.
    """
    _log.warning("the tiles are not whole on the disk; building them anew from the log up to position %d", last.size)
    built = folder / _BUILT
    tree = TileTree(TileFiles(built), 0)
    async for hashes in hashes_up_to(log, last.size):
        tree.extend(hashes)
        if tree.size - tree.written >= _MAX_UNWRITTEN or tree.size == last.size:
            await asyncio.to_thread(tree.write)
    check_root(tree.root, last)
    there = folder / TILES
    if there.exists():
        there.replace(folder / f"{TILES}.broken-{now:%Y%m%dT%H%M%SZ}")
    built.replace(there)
    sync_folder(folder)
    return TileTree(TileFiles(there), last.size)


async def hashes_up_to(log: RawLog, size: int) -> AsyncGenerator[Sequence[bytes], None]:
    """The hashes of all leaves of the tree of a size that was signed, read from the log, some at a time.

    Raises:
        Contradiction: the log is shorter.
        LogReplaced: as following it.
    """
    if (head := await log.head()) < size:
        raise Contradiction(f"the log ends at position {head}, and a tree with {leaves(size)} was signed")
    read = 0
    async for batch in log.follow_raw():
        hashes = leaf_hashes(batch.messages, read)[: size - read]
        read += len(hashes)
        yield hashes
        if read == size:
            break
        if not batch.messages:
            raise Contradiction(
                f"the log has nothing from position {read + 1} on, and a tree with {leaves(size)} was signed"
            )


def check_root(root: bytes, last: Signed) -> None:
    """Check that the whole log has come to the root that was signed last.

    Raises:
        Contradiction: it has not.
    """
    if root != last.root:
        raise Contradiction(f"the log is another one than the one of which {leaves(last.size)} were signed")


async def check_log(log: RawLog, tree: TileTree) -> int:
    """Compare the log with the tree at its end and at a few more positions.

    Returns:
        The last position of the log.

    Raises:
        Contradiction: it is another log, or a shorter one.
        LogUnreachable: it does not answer.
    """
    head = await log.head()
    if head < tree.size:
        raise Contradiction(f"the log ends at position {head}, and a tree with {leaves(tree.size)} was signed")
    for position in _spots(tree.size):
        if await leaf_hash_at(log, position) != leaf_hash_of(tree, position):
            raise Contradiction(f"position {position} of the log holds something else than what was signed")
    return head


def leaf_hash_of(tree: TileTree, position: int) -> bytes:
    """The hash of a position's leaf, as the tree has it."""
    number, place = divmod(position - 1, TILE_WIDTH)
    hashes = tree.tile(Tile(0, number, place + 1))
    if hashes is None:
        raise ValueError(f"the tree has no leaf {position}")
    return hashes[place * HASH_BYTES :]


def _spots(size: int) -> Iterator[int]:
    """Positions to look at, the last one first."""
    yield from sorted({size * part // (_SPOT_CHECKS + 1) for part in range(1, _SPOT_CHECKS + 2)} - {0}, reverse=True)
