"""The notary signs what extends the last thing it signed, and nothing else, also after a restart or a restore."""

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from events.transparency.checkpoints import opened_checkpoint
from events.transparency.keys import NOTE, SignerKey
from services.notary.errors import NotaryUnusable, SigningStopped
from services.notary.generations import KEY_FILE, SIGNED_FILE, STATEMENTS_KEY_FILE, STOPPED_FILE
from services.notary.identity import Identity, NotaryFolder, is_origin
from services.notary.signing import CheckpointSigner
from services.notary.tile_files import TileFiles
from services.notary.tile_tree import TileTree

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
ORIGIN = "records.clinic.example/tlog/7f3k2m9q-1"
KEY = SignerKey(ORIGIN, NOTE, bytes(range(32)))
STATEMENTS_KEY = SignerKey(f"{ORIGIN}/statements", NOTE, bytes(range(1, 33)))
IDENTITY = Identity(origin=ORIGIN, stream="CAIRN_LOG", made_at=NOW)


def hashed(index: int) -> bytes:
    return sha256(b"%d" % index).digest()


def grown(folder: Path, size: int, first: int = 0) -> TileTree:
    tree = TileTree(TileFiles(folder), 0)
    tree.extend(hashed(first + index) for index in range(size))
    tree.write()
    return tree


@pytest.fixture
def folder(tmp_path: Path) -> NotaryFolder:
    made = NotaryFolder(tmp_path / "notary")
    made.generation(IDENTITY).make(KEY, STATEMENTS_KEY)
    made.make(IDENTITY)
    return made


def test_it_signs_the_tree_as_it_grows(folder: NotaryFolder, tmp_path: Path) -> None:
    tree = TileTree(TileFiles(tmp_path / "tiles"), 0)
    signer = CheckpointSigner(folder, IDENTITY, tree)
    for size in (0, 1, 1, 300):
        tree.extend(map(hashed, range(tree.size, size)))
        tree.write()
        checkpoint = opened_checkpoint(signer.sign(NOW), KEY.verifier)
        assert (checkpoint.origin, checkpoint.size, checkpoint.root) == (ORIGIN, size, tree.root)

    again = CheckpointSigner(folder, IDENTITY, TileTree(TileFiles(tmp_path / "tiles"), 300))
    assert again.last == signer.last
    assert opened_checkpoint(again.sign(NOW), KEY.verifier).size == 300


@pytest.mark.parametrize(
    ("size", "first", "why"),
    [(299, 0, "299 leaves, and one with 300"), (300, 1, "does not extend"), (500, 1, "does not extend")],
    ids=["shorter", "another of the same size", "another that is longer"],
)
def test_it_stops_for_good_at_a_tree_that_is_no_extension(
    folder: NotaryFolder, tmp_path: Path, size: int, first: int, why: str
) -> None:
    CheckpointSigner(folder, IDENTITY, grown(tmp_path / "tiles", 300)).sign(NOW)
    signer = CheckpointSigner(folder, IDENTITY, grown(tmp_path / "others", size, first))

    with pytest.raises(SigningStopped, match=why):
        signer.sign(NOW)
    with pytest.raises(SigningStopped, match=why):
        CheckpointSigner(folder, IDENTITY, grown(tmp_path / "tiles", 301))


def test_it_signs_nothing_that_is_not_on_the_disk(folder: NotaryFolder, tmp_path: Path) -> None:
    tree = grown(tmp_path / "tiles", 3)
    signer = CheckpointSigner(folder, IDENTITY, tree)
    tree.extend([hashed(3)])

    with pytest.raises(ValueError, match="on the disk"):
        signer.sign(NOW)


def test_what_cannot_be_remembered_is_not_signed(
    folder: NotaryFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer = CheckpointSigner(folder, IDENTITY, grown(tmp_path / "tiles", 3))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("services.notary.kept_models.replace_file", full)
    with pytest.raises(OSError, match="No space"):
        signer.sign(NOW)
    assert signer.last is None


def test_its_files_are_for_its_owner_alone(folder: NotaryFolder, tmp_path: Path) -> None:
    CheckpointSigner(folder, IDENTITY, grown(tmp_path / "tiles", 3)).sign(NOW)

    generation = folder.generation(IDENTITY)
    files = {str(each.relative_to(folder.folder)): each for each in folder.folder.rglob("*")}
    assert {name: each.stat().st_mode & 0o777 for name, each in files.items()} == {
        "1": 0o700,
        f"1/{KEY_FILE}": 0o600,
        f"1/{STATEMENTS_KEY_FILE}": 0o600,
        f"1/{SIGNED_FILE}": 0o600,
        "1/keys.json": 0o600,
        "identity.json": 0o600,
        "lock": 0o600,
    }
    (generation.folder / KEY_FILE).chmod(0o640)
    with pytest.raises(NotaryUnusable, match="could sign"):
        generation.keys()


def test_an_identity_is_made_once(folder: NotaryFolder) -> None:
    with pytest.raises(NotaryUnusable, match="already"):
        folder.make(IDENTITY)


@pytest.mark.parametrize("name", [SIGNED_FILE, STOPPED_FILE])
def test_a_damaged_memory_is_not_taken_for_none(folder: NotaryFolder, tmp_path: Path, name: str) -> None:
    (folder.generation(IDENTITY).folder / name).write_text('{"size": 3')

    with pytest.raises(NotaryUnusable, match=name):
        CheckpointSigner(folder, IDENTITY, grown(tmp_path / "tiles", 3))


def test_a_folder_without_a_notary_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NotaryUnusable, match="cairn notary init"):
        NotaryFolder(tmp_path / "nothing").identity()


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        (ORIGIN, True),
        ("localhost:8080/tlog/7f3k2m9q-12", True),
        ("https://clinic.example/tlog/7f3k2m9q-1", False),
        ("clinic.example/tlog/7f3k2m9q", False),
        ("clinic.example/tlog/7f3k2m9q-0", False),
        ("clinic.example/tlog/7f3k2m9q-1/", False),
        ("clinic.example/log/7f3k2m9q-1", False),
        ("clinic example/tlog/7f3k2m9q-1", False),
        ("clinic+example/tlog/7f3k2m9q-1", False),
        (f"{'a' * 300}.example/tlog/7f3k2m9q-1", False),
    ],
)
def test_an_origin_is_a_domain_an_id_and_a_generation(text: str, fits: bool) -> None:
    assert is_origin(text) is fits
