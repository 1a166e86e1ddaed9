"""The tree in tiles has the roots and proofs of RFC 9162's tree, whatever was written when, also after a crash."""

from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from events.transparency.merkle import CompactRange, proves_consistency, proves_inclusion
from events.transparency.tiles import Tile, tiles_of
from services.notary.errors import NotaryUnusable
from services.notary.tile_files import TileFiles
from services.notary.tile_tree import TileTree


def hashed(index: int) -> bytes:
    return sha256(b"%d" % index).digest()


def roots(size: int) -> list[bytes]:
    tree = CompactRange()
    found = [tree.root]
    for index in range(size):
        tree.append(hashed(index))
        found.append(tree.root)
    return found


LARGE = 66_000
"""More than 256 full tiles, so that there are three levels."""


@pytest.fixture(scope="module")
def expected() -> list[bytes]:
    return roots(LARGE)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> TileTree:
    tree = TileTree(TileFiles(tmp_path_factory.mktemp("tiles")), 0)
    tree.extend(map(hashed, range(LARGE)))
    tree.write()
    return tree


def test_it_has_the_root_of_every_size(large: TileTree, expected: list[bytes]) -> None:
    for size in (0, 1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, LARGE):
        assert large.root_at(size) == expected[size]
    assert large.root == expected[LARGE]


def test_it_grows_in_pieces_and_goes_on_from_the_disk(tmp_path: Path, expected: list[bytes]) -> None:
    draw = Random(7)
    size = 0
    while size < 2_000:
        tree = TileTree(TileFiles(tmp_path), size)
        for _ in range(draw.randrange(1, 4)):
            more = draw.choice((0, 1, 2, 100, 255, 256, 600))
            tree.extend(map(hashed, range(tree.size, tree.size + more)))
            assert tree.root == expected[tree.size]
            tree.write()
        size = tree.size

    assert {str(each.relative_to(tmp_path)) for each in tmp_path.rglob("*") if each.is_file()} == {
        Tile(tile.level, tile.number).address for tile in tiles_of(size)
    }


def test_proofs_hold_for_every_size_it_had(large: TileTree, expected: list[bytes]) -> None:
    draw = Random(8)
    for _ in range(200):
        size = draw.randrange(1, LARGE + 1)
        index, old = draw.randrange(size), draw.randrange(size + 1)
        proof = large.inclusion_proof(index, size)
        assert proves_inclusion(index, size, hashed(index), proof, expected[size])
        assert proves_consistency(old, size, large.consistency_proof(old, size), expected[old], expected[size])


def test_what_a_crash_left_behind_the_size_is_passed_over(tmp_path: Path, expected: list[bytes]) -> None:
    tree = TileTree(TileFiles(tmp_path), 0)
    tree.extend(map(hashed, range(300)))
    tree.write()
    tree.extend(hashed(9_999) for _ in range(400))
    tree.write()

    again = TileTree(TileFiles(tmp_path), 300)
    assert again.root == expected[300]
    again.extend(map(hashed, range(300, 1_000)))
    again.write()
    assert TileTree(TileFiles(tmp_path), 1_000).root == expected[1_000]


def test_a_tile_is_given_as_wide_as_it_is_asked_for(large: TileTree) -> None:
    whole = large.tile(Tile(0, 3))
    assert whole is not None
    assert large.tile(Tile(0, 3, 17)) == whole[: 17 * 32]
    edge = LARGE % 256
    assert len(large.tile(Tile(0, LARGE // 256, edge)) or b"") == edge * 32
    assert large.tile(Tile(0, LARGE // 256, edge + 1)) is None
    assert large.tile(Tile(0, LARGE)) is None
    assert large.tile(Tile(9, 0, 1)) is None


def test_tiles_that_are_not_whole_are_not_used(tmp_path: Path) -> None:
    tree = TileTree(TileFiles(tmp_path), 0)
    tree.extend(map(hashed, range(300)))
    tree.write()

    with pytest.raises(NotaryUnusable, match=r"0/001\.p/45 is not whole"):
        TileTree(TileFiles(tmp_path), 301)
