"""Trees, proofs, tiles and notes are those of the shared vectors, which aics-tlog 0.2.1 has accepted.

The keys among them are those of RFC 8032, section 7.1, and serve for tests alone.
"""

import base64
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from events.transparency.checkpoints import checkpoint_of, cosignatures_of, cosigned, opened_checkpoint
from events.transparency.keys import COSIGNATURE, SignerKey, parse_signer_key, parse_verifier_key
from events.transparency.merkle import CompactRange, leaf_hash, node_hash, proves_consistency, proves_inclusion
from events.transparency.notes import parse_note, signed
from events.transparency.policies import parse_policy
from events.transparency.proof_files import InclusionProof, parse_proof
from events.transparency.proving import Subtree, consistency_proof, inclusion_proof
from events.transparency.refusals import NotProven
from events.transparency.tiles import SubtreesFromTiles, Tile, parse_tile, tiles_of, width_at

Vectors = dict[str, Any]  # JSON


@pytest.fixture(scope="module")
def vectors(shared_data: Path) -> Vectors:
    found: Vectors = json.loads((shared_data / "tlog_vectors.json").read_text())
    return found


def hashes(texts: list[str]) -> list[bytes]:
    return [base64.b64decode(each) for each in texts]


def leaf(index: int) -> bytes:
    """By the formula of the vectors."""
    return b"cairn test leaf %d\n" % (3 if index == 7 else index) * (index % 3 + 1)


class Levels:
    """All hashes of a tree, level by level, from which tiles and subtrees are cut."""

    def __init__(self, size: int):
        self.levels = [[leaf_hash(leaf(index)) for index in range(size)]]
        while len(below := self.levels[-1]) > 1:
            self.levels.append([node_hash(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)])

    def __call__(self, subtree: Subtree) -> bytes:
        return self.levels[subtree.level][subtree.number]

    def tile(self, level: int, number: int) -> bytes:
        size = len(self.levels[0])
        first = number * 256
        return b"".join(self.levels[8 * level][first : first + width_at(level, number, size)])


LARGE = 70_000


@pytest.fixture(scope="module")
def levels() -> Levels:
    return Levels(LARGE)


def test_the_trees_of_rfc_6962_have_their_roots(vectors: Vectors) -> None:
    known = vectors["rfc6962_known"]
    tree = CompactRange()
    found = [tree.root.hex()]
    for each in known["leaves_hex"]:
        tree.append(leaf_hash(bytes.fromhex(each)))
        found.append(tree.root.hex())

    assert found == known["roots_hex"]


def test_a_tree_that_grows_has_the_roots_of_the_vectors(vectors: Vectors) -> None:
    roots = {int(size): base64.b64decode(root) for size, root in vectors["roots"].items()}
    tree = CompactRange()
    found = {0: tree.root}
    for index in range(max(roots)):
        tree.append(leaf_hash(leaf(index)))
        if tree.size in roots:
            found[tree.size] = CompactRange(tree.size, tree.roots).root

    assert found == roots
    for index, hashed in vectors["leaf_hashes"].items():
        assert leaf_hash(leaf(int(index))) == base64.b64decode(hashed)


def test_proofs_are_made_and_accepted_as_in_the_vectors(vectors: Vectors, levels: Levels) -> None:
    roots = {int(size): base64.b64decode(root) for size, root in vectors["roots"].items()}
    for each in vectors["inclusion"]:
        index, size, proof = each["index"], each["size"], hashes(each["proof"])
        assert inclusion_proof(index, size, levels) == proof
        assert proves_inclusion(index, size, leaf_hash(leaf(index)), proof, roots[size])
    for each in vectors["consistency"]:
        old, new, proof = each["old"], each["new"], hashes(each["proof"])
        assert consistency_proof(old, new, levels) == proof
        assert proves_consistency(old, new, proof, roots[old], roots[new])


def test_proofs_from_tiles_are_the_same_and_read_few_of_them(levels: Levels) -> None:
    for index in (0, 255, 256, 65_535, 65_536, LARGE - 1):
        from_tiles = SubtreesFromTiles(levels.tile)
        assert inclusion_proof(index, LARGE, from_tiles) == inclusion_proof(index, LARGE, levels)
        assert from_tiles.tiles_read <= 5
    assert consistency_proof(257, LARGE, SubtreesFromTiles(levels.tile)) == consistency_proof(257, LARGE, levels)


def test_tiles_are_those_of_the_vectors(vectors: Vectors, levels: Levels) -> None:
    small = Levels(257)
    tiles = {f"tile/{tile.address}": small.tile(tile.level, tile.number) for tile in tiles_of(257)}
    assert tiles == {name: base64.b64decode(text) for name, text in vectors["tiles_257"].items()}

    large = {f"tile/{tile.address}": levels.tile(tile.level, tile.number) for tile in tiles_of(LARGE)}
    edges = vectors["paths_70000"]["not_level_0_full"]
    assert {name: sha256(large[name]).hexdigest() for name in edges} == edges
    assert len(large) + sum(tile.level == 0 for tile in tiles_of(LARGE)) == vectors["paths_70000"]["count"]
    assert Tile(0, 1_234_067).address == f"0/{vectors['path_of_index_1234067']}"
    assert all(parse_tile(tile.address) == tile for tile in tiles_of(LARGE))
    for none in ("0/001.p/257", "3/001.p/999", f"0/{'x999/' * 6}999", "64/000"):
        assert parse_tile(none) is None
    assert parse_tile("0/x009/x223/x372/x036/x854/x775/807") == Tile(0, 2**63 - 1)
    assert parse_tile("0/x009/x223/x372/x036/x854/x775/808") is None


def test_notes_are_signed_and_opened_as_in_the_vectors(vectors: Vectors) -> None:
    keys = vectors["keys"]
    signer, log = parse_signer_key(keys["log_skey"]), parse_verifier_key(keys["log_vkey"])
    witness_key = SignerKey(keys["witness"], COSIGNATURE, bytes.fromhex(keys["witness_seed_hex"]))
    witness = parse_verifier_key(keys["witness_vkey"])
    assert (signer.verifier, str(log), signer.secret) == (log, keys["log_vkey"], keys["log_skey"])
    assert witness_key.verifier == witness

    for size, each in vectors["notes"].items():
        note = parse_note(each["checkpoint"].encode())
        checkpoint = opened_checkpoint(note, log)
        assert (checkpoint.origin, checkpoint.size) == (keys["origin"], int(size))
        assert str(signed(checkpoint.text, signer)) == each["checkpoint"]
        line = cosigned(note, witness_key, keys["cosigned_at"])
        assert f"{line}\n" == each["cosignature_line"]
        both = parse_note(str(note.with_lines([line])).encode())
        assert [(found.witness, found.at) for found in cosignatures_of(both, [witness])] == [
            (witness, keys["cosigned_at"])
        ]


def test_the_proof_of_an_event_is_that_of_the_vectors(vectors: Vectors, levels: Levels) -> None:
    known = vectors["tlog_proof"]
    proof = parse_proof(known["text"].encode())

    assert str(InclusionProof(proof.index, proof.hashes, proof.note)) == known["text"]
    assert proof.index == known["index"]
    assert checkpoint_of(proof.note).size == known["size"]
    assert proof.proves(leaf_hash(leaf(known["index"])))
    assert not proof.proves(leaf_hash(leaf(known["index"] + 1)))
    assert list(proof.hashes) == inclusion_proof(known["index"], known["size"], levels)


def test_what_the_vectors_refuse_is_refused(vectors: Vectors, levels: Levels) -> None:
    roots = {int(size): base64.b64decode(root) for size, root in vectors["roots"].items()}
    index, size = 5, 257
    proof = inclusion_proof(index, size, levels)
    hashed, root = leaf_hash(leaf(index)), roots[size]
    flipped = [bytes((proof[0][0] ^ 1,)) + proof[0][1:], *proof[1:]]
    assert proves_inclusion(index, size, hashed, proof, root)
    for given in (
        (index + 1, size, hashed, proof),
        (index, 256, hashed, proof),
        (index, 513, hashed, proof),
        (index, size, hashed, flipped),
        (index, size, hashed, proof[:-1]),
        (index, size, hashed, [*proof, proof[-1]]),
        (size, size, hashed, proof),
        (-1, size, hashed, proof),
        (index, size, leaf(index), proof),
        (index, size, hashed, [each[:31] for each in proof]),
    ):
        assert not proves_inclusion(*given, root)

    grown = consistency_proof(7, size, levels)
    assert proves_consistency(7, size, grown, roots[7], root)
    assert not proves_consistency(size, 7, grown, root, roots[7])
    assert not proves_consistency(7, size, grown, roots[8], root)
    assert not proves_consistency(7, size, grown[:-1], roots[7], root)
    assert not proves_consistency(7, size, [*grown, root], roots[7], root)
    assert not proves_consistency(7, 7, [], roots[7], roots[8])
    assert not proves_consistency(0, size, grown, roots[0], root)
    assert not proves_consistency(0, size, [], roots[1], root)


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("\n257\n", "\n258\n"),
        ("\n257\n", "\n0257\n"),
        ("=\n\n", "=\nextension\n\n"),
        ("\n\n", "\n"),
        ("— cairn.example", "- cairn.example"),
        ("257", "25\x007"),
        ("cairn.example/log/northside/1\n257", "another.example/log\n257"),
        ("Q61FPSIM", "Q61FPSIN"),
        ("Q61FPSIM", "Q61FPSI"),
    ],
)
def test_a_checkpoint_that_was_changed_is_refused(vectors: Vectors, was: str, now: str) -> None:
    text = vectors["notes"]["257"]["checkpoint"]
    changed = text.replace(was, now)
    assert changed != text

    with pytest.raises(NotProven):
        opened_checkpoint(parse_note(changed.encode()), parse_verifier_key(vectors["keys"]["log_vkey"]))


def test_a_cosignature_of_another_size_is_refused(vectors: Vectors) -> None:
    note = parse_note(vectors["notes"]["257"]["checkpoint"].encode())
    other = parse_note(
        (vectors["notes"]["7"]["checkpoint"] + vectors["notes"]["7"]["cosignature_line"]).encode()
    ).signatures[-1]

    with pytest.raises(NotProven, match="does not verify"):
        cosignatures_of(note.with_lines([other]), [parse_verifier_key(vectors["keys"]["witness_vkey"])])


def test_a_policy_says_who_is_enough(vectors: Vectors) -> None:
    keys = vectors["keys"]
    second = SignerKey("witness.example/w2", COSIGNATURE, bytes(32)).verifier
    policy = parse_policy(
        f"# whom the court trusts\nlog {keys['log_vkey']} https://cairn.example/\n"
        f"witness one {keys['witness_vkey']}\nwitness two {second} https://w2.example/\n"
        "group both all one two\ngroup either 1 both\nquorum either\n"
    )
    one = parse_verifier_key(keys["witness_vkey"]).public

    assert [key.name for key, _ in policy.logs] == [keys["origin"]]
    assert policy.is_met({one, second.public})
    assert not policy.is_met({one})
    assert parse_policy("quorum none").is_met(set())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "names no quorum"),
        ("quorum nobody", "line 1 .* names nobody"),
        ("quorum none\nquorum none", "line 2 .* already"),
        ("witness one KEY\nwitness one KEY2\nquorum one", "line 2"),
        ("witness one KEY\nwitness two KEY\nquorum one", "line 2 .* twice"),
        ("witness one KEY\ngroup g 2 one\nquorum g", "any, all, or a number"),
        ("witness one KEY\ngroup g 0 one\nquorum g", "any, all, or a number"),
        ("witness one KEY\ngroup g any one one\nquorum g", "member already"),
        ("group g any one\nquorum g", "does not stand above"),
        ("witness none KEY\nquorum none", "no name"),
        ("log KEY\nlog KEY\nquorum none", "twice"),
        ("witness one LOG\nquorum one", "type 04"),
        ("speak friend", "none of log"),
    ],
)
def test_a_policy_that_cannot_be_read_says_which_line(vectors: Vectors, text: str, why: str) -> None:
    second = SignerKey("witness.example/w2", COSIGNATURE, bytes(32)).verifier
    given = text.replace("KEY2", str(second)).replace("KEY", vectors["keys"]["witness_vkey"])

    with pytest.raises(NotProven, match=why):
        parse_policy(given.replace("LOG", vectors["keys"]["log_vkey"]))
