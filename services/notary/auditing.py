"""Reading the log again and comparing it with the signed tree: an event changed behind the tiles is found only so.

The tiles keep the hash of what the log held at each position when it was signed. An event that is changed in the log
afterwards leaves them, and every checkpoint, as they were. Here each leaf is made anew from what the log holds now, and
the tree over those leaves has to have the root that was signed. Memory does not grow with the log.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from time import perf_counter
from typing import Literal, NamedTuple

from events.leaf import hole, leaf_of
from events.log.bounded_reading import read_up_to
from events.log.reading import RawBatch
from events.raw_message import RawMessage
from events.transparency.checkpoints import Checkpoint
from events.transparency.merkle import HASH_BYTES, CompactRange, leaf_hash
from events.transparency.tiles import TILE_WIDTH, Tile, width_at
from services.notary.tile_tree import TileTree

ReadTile = Callable[[Tile], Awaitable[bytes]]
"""Gives the hashes of a tile of a signed tree, joined; fewer than its width where they are not there any more."""
Difference = Literal["changed", "gone", "added"]
"""Another event than was signed; none where one was signed; one where none was."""
_SAYS: dict[Difference, str] = {
    "changed": "is not what was signed",
    "gone": "holds no event any more, and one was signed",
    "added": "holds an event, and was signed as one that holds none",
}


class FirstDifference(NamedTuple):
    """Where the log and the tiles part.

    Attributes:
        position: The first position of the log at which they are not the same.
        what: What is there.
    """

    position: int
    what: Difference


@dataclass(slots=True)
class LeafComparison:
    """What comparing the log with its signed tree has found.

    Attributes:
        size: How many leaves were signed.
        since: The first position that was read; those before were taken as the tiles have them.
        head: The last position of the log.
        compared: How many positions were read and compared.
        holes: At how many of them the log holds no event, as when it was signed.
        missing: At how many the tiles have no hash, so that what was signed there is not known.
        changed, gone, added: At how many it is not what was signed.
        first: The first of the last three.
        log_is_signed: Whether what the log holds leads to the root that was signed.
        tiles_are_signed: Whether what the tiles hold leads to it.
    """

    size: int
    since: int
    head: int
    compared: int = 0
    holes: int = 0
    missing: int = 0
    changed: int = 0
    gone: int = 0
    added: int = 0
    first: FirstDifference | None = None
    log_is_signed: bool = False
    tiles_are_signed: bool = False

    @property
    def lost(self) -> int:
        """How many positions were signed that the log does not reach any more."""
        return max(0, self.size - self.head)

    @property
    def wrong(self) -> int:
        """How many positions are not as they were signed; 1 where the root alone says that something is not."""
        differing = self.missing + self.changed + self.gone + self.added + self.lost
        return differing or int(not self.log_is_signed)

    @property
    def finding(self) -> str | None:
        """What is wrong, in a sentence that begins with what comes first; None where nothing is."""
        if not self.wrong:
            return None
        if self.first is None:
            if self.missing or self.lost:
                return " ".join(filter(None, (self._ends_early, self._tiles_lost)))
            return (
                "The log and the tiles agree at every position, and not with the root that was signed: both were"
                " changed afterwards."
            )
        position, what = self.first
        differing = self.changed + self.gone + self.added
        if self.log_is_signed:
            return (
                f"The tile of position {position} has not the hash that was signed, and {differing:,} hashes of tiles"
                " are wrong in all. The log is as it was signed: build the tiles anew from it."
            )
        counted = ", ".join(
            f"{count:,} {name}"
            for name, count in (("changed", self.changed), ("gone", self.gone), ("added", self.added))
            if count
        )
        both = "" if self.tiles_are_signed else " Not even the tiles lead to the root that was signed."
        found = f"Position {position} of the log {_SAYS[what]} ({counted} in all).{both}"
        return " ".join(filter(None, (found, self._ends_early, self._tiles_lost)))

    @property
    def _ends_early(self) -> str:
        return f"The log ends at position {self.head}, and {self.size:,} positions were signed." if self.lost else ""

    @property
    def _tiles_lost(self) -> str:
        if not self.missing:
            return ""
        lost = f"The tiles have no hash of {self.missing:,} of the positions that were read"
        if self.log_is_signed:
            return f"{lost}. The log is as it was signed: build the tiles anew from it."
        return f"{lost}, so what was signed there is not known."


async def compare_leaves(
    batches: AsyncIterator[RawBatch],
    read_tile: ReadTile,
    signed: Checkpoint,
    *,
    head: int,
    since: int = 1,
    before: Sequence[bytes] = (),
    progress: Callable[[int], None] | None = None,
    rest: float = 0.0,
) -> LeafComparison:
    """Make every leaf of a signed tree anew from the log, and compare it with the one that the tiles have.

    Args:
        batches: The log from `since` on, as :meth:`events.log.Log.follow_raw` gives it.
        read_tile: Reads a tile of the signed tree.
        signed: How large the tree is, and its root.
        head: The last position of the log, by its own account.
        since: The first position that is read: the first one of a tile, as :func:`tile_start` gives it.
        before: The roots of the full subtrees over the leaves before it, the largest first.
        progress: Called with the last position that was compared.
        rest: How much longer than it works it pauses, for a comparison that is in nobody's way.

    Raises:
        events.log.bounded_reading.RestUnread: the server hands out no more of the log, although there is more.
        ValueError: `since` is not where a tile begins.
    """
    start, end = since - 1, min(signed.size, head)
    if start % TILE_WIDTH:
        raise ValueError("a comparison begins where a tile begins")
    comparing = _Comparing(LeafComparison(signed.size, since, head), CompactRange(start, before))
    began = perf_counter()
    async with aclosing(_windows(batches, start, end)) as windows:
        async for window in windows:
            comparing.take(window, await read_tile(comparing.next_tile))
            if progress is not None:
                progress(comparing.found.since - 1 + comparing.found.compared)
            if rest:
                await asyncio.sleep(rest * (perf_counter() - began))
                began = perf_counter()
    while not comparing.is_complete:
        comparing.take_tile_alone(await read_tile(comparing.next_tile))
    return comparing.finish(signed.root)


def tile_start(position: int) -> int:
    """The first position of the tile that holds the leaf of a position."""
    return (position - 1) // TILE_WIDTH * TILE_WIDTH + 1


def tiles_of(tree: TileTree) -> ReadTile:
    """Reads the tiles of a tree that is kept here."""

    async def read(tile: Tile) -> bytes:
        return tree.tile(tile) or b""

    return read


class _Window(NamedTuple):
    """What the log holds at the positions of one tile.

    Attributes:
        hashes: The hash of each leaf.
        holes: The places, from 0, at which it holds no message.
    """

    hashes: list[bytes]
    holes: set[int]


class _Cutting:
    """Makes the leaves of what a log holds, and cuts them into windows.

    Args:
        index: Of the first leaf.
        end: The index behind the last.
    """

    def __init__(self, index: int, end: int):
        self._index = index
        self._end = end
        self._hashes: list[bytes] = []
        self._holes: set[int] = set()

    def take(self, message: RawMessage) -> Iterator[_Window]:
        """The windows that the next message of the log completes."""
        yield from self.miss(message.position - 1)
        if self._index < self._end:
            self._hashes.append(leaf_hash(leaf_of(message)))
            yield from self._advance()

    def miss(self, until: int) -> Iterator[_Window]:
        """The windows that are complete when the log holds no message up to a position."""
        while self._index < min(until, self._end):
            self._holes.add(len(self._hashes))
            self._hashes.append(leaf_hash(hole(self._index + 1)))
            yield from self._advance()

    def _advance(self) -> Iterator[_Window]:
        self._index += 1
        if self._index % TILE_WIDTH == 0 or self._index == self._end:
            yield _Window(self._hashes, self._holes)
            self._hashes, self._holes = [], set()


async def _windows(batches: AsyncIterator[RawBatch], start: int, end: int) -> AsyncGenerator[_Window, None]:
    """The leaves of the log from one index up to another, tile by tile."""
    cutting = _Cutting(start, end)
    if start < end:
        async for batch in read_up_to(batches, end):
            for message in batch.messages:
                for window in cutting.take(message):
                    yield window
    for window in cutting.miss(end):  # where the log counts positions at its end, and holds nothing there any more
        yield window


class _Comparing:
    """Compares window by window, and grows the tree over what the log holds.

    There is one over what the tiles hold, too, once the two part.
    """

    def __init__(self, found: LeafComparison, tree: CompactRange):
        self.found = found
        self._log_tree = tree
        self._tile_tree: CompactRange | None = None
        self._tiles_whole = True
        self._next = tree.size // TILE_WIDTH

    @property
    def next_tile(self) -> Tile:
        """The tile that comes next."""
        return Tile(0, self._next, width_at(0, self._next, self.found.size))

    @property
    def is_complete(self) -> bool:
        """Whether every tile of the tree was looked at."""
        return self.next_tile.width == 0

    def take(self, window: _Window, tile: bytes) -> None:
        """Compare the next window with its tile."""
        joined = b"".join(window.hashes)
        if tile == joined and self._tile_tree is None:
            self._next += 1
        else:
            self.take_tile_alone(tile)
        if tile.startswith(joined):
            self.found.holes += len(window.holes)
        else:
            self._differ(window, tile)
        self.found.compared += len(window.hashes)
        for hashed in window.hashes:
            self._log_tree.append(hashed)

    def take_tile_alone(self, tile: bytes) -> None:
        """Take the next tile, of which the log may hold nothing any more."""
        if self._tile_tree is None:
            self._tile_tree = CompactRange(self._log_tree.size, self._log_tree.roots)
        self._tiles_whole = self._tiles_whole and len(tile) == self.next_tile.width * HASH_BYTES
        if self._tiles_whole:
            for at in range(0, len(tile), HASH_BYTES):
                self._tile_tree.append(tile[at : at + HASH_BYTES])
        self._next += 1

    def finish(self, root: bytes) -> LeafComparison:
        """What was found, now that the root of the whole tree can be compared."""
        tiles = self._log_tree if self._tile_tree is None else self._tile_tree
        self.found.log_is_signed = self._log_tree.size == self.found.size and self._log_tree.root == root
        self.found.tiles_are_signed = self._tiles_whole and tiles.root == root
        return self.found

    def _differ(self, window: _Window, tile: bytes) -> None:
        first = (self._next - 1) * TILE_WIDTH + 1
        for place, hashed in enumerate(window.hashes):
            signed = tile[place * HASH_BYTES : (place + 1) * HASH_BYTES]
            if signed == hashed:
                self.found.holes += place in window.holes
                continue
            if len(signed) < HASH_BYTES:
                self.found.missing += 1
                continue
            position = first + place
            if place in window.holes:
                what: Difference = "gone"
                self.found.gone += 1
            elif signed == leaf_hash(hole(position)):
                what = "added"
                self.found.added += 1
            else:
                what = "changed"
                self.found.changed += 1
            self.found.first = self.found.first or FirstDifference(position, what)
