"""A folder that is written whole or not at all, for its owner alone."""

import stat
from hashlib import sha256
from pathlib import Path

import pytest

from services.notary.errors import FolderInUse
from services.notary.export_folder import new_export


def test_it_appears_when_it_is_complete_and_says_what_is_in_it(tmp_path: Path) -> None:
    target = tmp_path / "export"
    with new_export(target) as folder:
        folder.write("one", b"first")
        with folder.opened("inner/two") as file:
            file.write(b"sec")
            file.write(b"ond")
        assert not target.exists()

    assert (target / "inner" / "two").read_bytes() == b"second"
    assert folder.digests == {"one": sha256(b"first").hexdigest(), "inner/two": sha256(b"second").hexdigest()}
    assert stat.S_IMODE(target.stat().st_mode) == stat.S_IMODE((target / "inner").stat().st_mode) == 0o700
    assert stat.S_IMODE((target / "one").stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["export"]


def test_nothing_is_left_of_one_that_failed(tmp_path: Path) -> None:
    def fail() -> None:
        with new_export(tmp_path / "export") as folder:
            folder.write("one", b"first")
            folder.write("one", b"again")

    with pytest.raises(FileExistsError):
        fail()

    assert not list(tmp_path.iterdir())


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    with new_export(tmp_path / "export") as folder:
        folder.write("one", b"first")

    assert (tmp_path / "export" / "one").exists()


@pytest.mark.parametrize("there", ["file", "full folder", "link to an empty folder"])
def test_what_is_there_is_kept(tmp_path: Path, there: str) -> None:
    target = tmp_path / "export"
    if there == "file":
        target.write_text("mine")
    elif there == "full folder":
        target.mkdir()
        (target / "mine").write_text("mine")
    else:
        (tmp_path / "empty").mkdir()
        target.symlink_to(tmp_path / "empty")

    with pytest.raises(FolderInUse, match="is there already"), new_export(target):
        pass


def test_what_comes_to_be_there_meanwhile_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "export"

    def write() -> None:
        with new_export(target) as folder:
            folder.write("one", b"first")
            target.mkdir()
            (target / "mine").write_text("mine")

    with pytest.raises(FolderInUse):
        write()

    assert [each.name for each in target.iterdir()] == ["mine"]
    assert [each.name for each in tmp_path.iterdir()] == ["export"]
