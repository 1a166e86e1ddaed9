"""The log read again and compared with the signed tree: what is not the same is found, counted and told apart."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from events.leaf import hole, leaf_of
from events.log.bounded_reading import RestUnread
from events.log.reading import RawBatch
from events.raw_message import RawMessage
from events.transparency.checkpoints import Checkpoint
from events.transparency.merkle import leaf_hash
from events.transparency.proving import subtrees
from events.transparency.tiles import SubtreesFromTiles, Tile
from services.notary.auditing import FirstDifference, LeafComparison, compare_leaves, tile_start
from services.notary.tile_files import TileFiles
from services.notary.tile_tree import TileTree

SIZE = 700
"""Two full tiles, and a part of a third."""
HOLES = {3, 300, 301, 700}


def message(position: int, body: bytes = b"{}") -> RawMessage:
    return RawMessage("cairn.log.northside.pt-1.walk", position, position * 1_000, b"NATS/1.0\r\na: 1\r\n\r\n", body)


LOG = [message(position) for position in range(1, SIZE + 1) if position not in HOLES]


def leaves(log: Sequence[RawMessage], size: int) -> list[bytes]:
    there = {each.position: leaf_hash(leaf_of(each)) for each in log}
    return [there.get(position) or leaf_hash(hole(position)) for position in range(1, size + 1)]


@pytest.fixture
def tree(tmp_path: Path) -> TileTree:
    tree = TileTree(TileFiles(tmp_path), 0)
    tree.extend(leaves(LOG, SIZE))
    tree.write()
    return tree


async def batches(log: Sequence[RawMessage], after: int = 0, *, ends: bool = True) -> AsyncIterator[RawBatch]:
    """A log as it is followed: without an end."""
    behind = [each for each in log if each.position > after]
    for at in range(0, len(behind), 90):
        yield RawBatch(tuple(behind[at : at + 90]), SIZE)
    if ends:
        yield RawBatch((), SIZE)
    await asyncio.Event().wait()


async def compared(
    tree: TileTree,
    log: Sequence[RawMessage],
    *,
    signed: Checkpoint | None = None,
    head: int = SIZE,
    since: int = 1,
    doctored: dict[int, bytes] | None = None,
) -> LeafComparison:
    """Compare a log with a tree.

    Args:
        doctored: What tiles have at some positions instead of what they were written with.
    """

    async def read_tile(tile: Tile) -> bytes:
        found = tree.tile(tile) or b""
        for position, hashed in (doctored or {}).items():
            if tile_start(position) == tile.number * 256 + 1:
                place = (position - 1) % 256 * 32
                found = found[:place] + hashed + found[place + 32 :]
        return found

    read = SubtreesFromTiles(tree._read)
    return await compare_leaves(
        batches(log, since - 1),
        read_tile,
        signed or Checkpoint("x", tree.size, tree.root),
        head=head,
        since=since,
        before=[read(each) for each in subtrees(0, since - 1)],
    )


def without(*positions: int) -> list[RawMessage]:
    return [each for each in LOG if each.position not in positions]


def reworded(*positions: int) -> list[RawMessage]:
    return [message(each.position, b"{ }") if each.position in positions else each for each in LOG]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("events.log.bounded_reading._LAGGING_SECONDS", 0.05)


class TestALogAsItWasSigned:
    async def test_nothing_is_wrong(self, tree: TileTree) -> None:
        found = await compared(tree, LOG)
        assert (found.wrong, found.finding, found.first) == (0, None, None)
        assert (found.compared, found.holes) == (SIZE, len(HOLES))
        assert (found.log_is_signed, found.tiles_are_signed) == (True, True)

    async def test_what_came_since_is_not_looked_at(self, tree: TileTree) -> None:
        found = await compared(tree, [*LOG, message(SIZE + 1)], head=SIZE + 1)
        assert (found.wrong, found.compared) == (0, SIZE)

    async def test_from_a_tile_on(self, tree: TileTree) -> None:
        found = await compared(tree, LOG, since=257)
        assert (found.wrong, found.compared, found.since) == (0, SIZE - 256, 257)

    async def test_a_tree_without_leaves(self, tree: TileTree) -> None:
        found = await compared(tree, LOG, signed=Checkpoint("x", 0, tree.root_at(0)))
        assert (found.wrong, found.compared) == (0, 0)

    def test_a_tile_begins_every_256_positions(self) -> None:
        assert [tile_start(each) for each in (1, 256, 257, 512, 513)] == [1, 1, 257, 257, 513]


class TestALogThatIsNotWhatWasSigned:
    async def test_a_changed_event_is_named_the_first_one_first_and_all_are_counted(self, tree: TileTree) -> None:
        found = await compared(tree, reworded(2, 256, 600))
        assert found.first == FirstDifference(2, "changed")
        assert (found.changed, found.wrong) == (3, 3)
        assert (found.log_is_signed, found.tiles_are_signed) == (False, True)
        assert found.finding == "Position 2 of the log is not what was signed (3 changed in all)."

    async def test_a_changed_time_is_a_change(self, tree: TileTree) -> None:
        log = [each._replace(recorded_ns=each.recorded_ns + (each.position == 400)) for each in LOG]
        assert (await compared(tree, log)).first == FirstDifference(400, "changed")

    async def test_two_that_are_swapped(self, tree: TileTree) -> None:
        log = reworded(10)
        at = next(place for place, each in enumerate(log) if each.position == 10)
        swapped = [*log]
        swapped[at], swapped[at + 1] = log[at + 1]._replace(position=10), log[at]._replace(position=11)
        assert (await compared(tree, swapped)).first == FirstDifference(10, "changed")

    async def test_a_hole_is_told_from_a_change(self, tree: TileTree) -> None:
        found = await compared(tree, without(5, SIZE - 1))
        assert found.first == FirstDifference(5, "gone")
        assert (found.gone, found.changed, found.wrong) == (2, 0, 2)
        assert found.finding == "Position 5 of the log holds no event any more, and one was signed (2 gone in all)."

    async def test_an_event_where_there_was_a_hole(self, tree: TileTree) -> None:
        found = await compared(tree, sorted([*LOG, message(300)], key=lambda each: each.position))
        assert found.first == FirstDifference(300, "added")
        assert (found.added, found.holes) == (1, len(HOLES) - 1)

    async def test_a_shorter_log(self, tree: TileTree) -> None:
        found = await compared(tree, [each for each in LOG if each.position <= 512], head=512)
        assert (found.lost, found.wrong, found.first) == (SIZE - 512, SIZE - 512, None)
        assert (found.log_is_signed, found.tiles_are_signed) == (False, True)
        assert found.finding == "The log ends at position 512, and 700 positions were signed."

    async def test_a_shorter_log_that_was_changed_before_its_end(self, tree: TileTree) -> None:
        found = await compared(tree, [each for each in reworded(7) if each.position <= 600], head=600)
        assert found.finding == (
            "Position 7 of the log is not what was signed (1 changed in all)."
            " The log ends at position 600, and 700 positions were signed."
        )

    async def test_a_log_that_begins_anew(self, tree: TileTree) -> None:
        found = await compared(tree, [], head=0, since=257)
        assert (found.lost, found.compared, found.tiles_are_signed) == (SIZE, 0, True)


class TestTilesThatAreNotWhatWasSigned:
    async def test_a_tile_that_is_wrong_is_told_from_a_log_that_is(self, tree: TileTree) -> None:
        found = await compared(tree, LOG, doctored={301: bytes(32)})
        assert (found.log_is_signed, found.tiles_are_signed) == (True, False)
        assert found.finding is not None
        assert found.finding.startswith("The tile of position 301 has not the hash that was signed, and 1 hash")

    async def test_a_tile_that_is_not_there(self, tree: TileTree, tmp_path: Path) -> None:
        (tmp_path / "0" / "000").unlink()
        found = await compared(TileTree(TileFiles(tmp_path), SIZE), LOG, signed=Checkpoint("x", SIZE, tree.root))
        assert (found.log_is_signed, found.tiles_are_signed, found.wrong) == (True, False, 256)
        assert found.finding == (
            "The tiles have no hash of 256 of the positions that were read. The log is as it was signed: build the"
            " tiles anew from it."
        )

    async def test_a_shorter_log_and_a_tile_that_is_not_there(self, tree: TileTree, tmp_path: Path) -> None:
        (tmp_path / "0" / "000").unlink()
        tiles, log = TileTree(TileFiles(tmp_path), SIZE), [each for each in LOG if each.position <= 512]
        found = await compared(tiles, log, signed=Checkpoint("x", SIZE, tree.root), head=512)
        assert found.finding == (
            "The log ends at position 512, and 700 positions were signed."
            " The tiles have no hash of 256 of the positions that were read, so what was signed there is not known."
        )

    async def test_both_changed_alike_are_found_by_the_root(self, tree: TileTree) -> None:
        log = reworded(9)
        found = await compared(tree, log, doctored={9: leaves(log, SIZE)[8]})
        assert (found.first, found.wrong) == (None, 1)
        assert found.finding is not None
        assert "both were changed" in found.finding

    async def test_a_root_that_nobody_comes_to(self, tree: TileTree) -> None:
        signed = replace(Checkpoint("x", SIZE, tree.root), root=bytes(32))
        found = await compared(tree, reworded(9), signed=signed)
        assert found.finding is not None
        assert found.finding.startswith("Position 9 of the log is not what was signed")
        assert "Not even the tiles" in found.finding


async def test_a_server_that_goes_silent_leaves_it_unknown(tree: TileTree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("events.log.bounded_reading._SILENCE_SECONDS", 0.05)

    async def read_tile(tile: Tile) -> bytes:
        return tree.tile(tile) or b""

    silent = batches(LOG[:200], ends=False)
    with pytest.raises(RestUnread):
        await compare_leaves(silent, read_tile, Checkpoint("x", SIZE, tree.root), head=SIZE)
