"""An account without rights can use the copy of what root has, and is told apart from who has a way to the original."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bench.peers.permissions import closed_folder, open_copy


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "installation"
    (folder / "bin").mkdir(parents=True)
    for name, mode in (("readable", 0o644), ("program", 0o755), ("own", 0o600), ("own_program", 0o700)):
        (folder / "bin" / name).write_text(name)
        (folder / "bin" / name).chmod(mode)
    (folder / "bin").chmod(0o700)
    folder.chmod(0o700)
    return folder


def test_everyone_can_read_and_run_a_copy(folder: Path, tmp_path: Path) -> None:
    open_copy(folder, tmp_path / "copy")
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "copy", *(tmp_path / "copy").rglob("*"))}
    assert modes == {
        "copy": 0o755,
        "bin": 0o755,
        "readable": 0o644,
        "program": 0o755,
        "own": 0o644,
        "own_program": 0o755,
    }


def test_the_original_stays_as_it_is(folder: Path, tmp_path: Path) -> None:
    before = {path: path.stat().st_mode for path in folder.rglob("*")}
    open_copy(folder, tmp_path / "copy")
    assert {path: path.stat().st_mode for path in folder.rglob("*")} == before


def test_without_links_the_files_are_copied(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise OSError("Invalid cross-device link")

    monkeypatch.setattr(os, "link", refused)
    open_copy(folder, tmp_path / "copy")
    copied = tmp_path / "copy" / "bin" / "program"
    assert (copied.read_text(), copied.stat().st_nlink, copied.stat().st_mode & 0o777) == ("program", 1, 0o755)


def test_what_is_there_is_not_written_over(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "program").symlink_to(folder / "bin" / "own")
    with pytest.raises(FileExistsError):
        open_copy(folder / "bin" / "program", tmp_path / "program")
    assert (folder / "bin" / "own").read_text() == "own"


def test_the_outermost_closed_folder_is_told() -> None:
    with TemporaryDirectory(dir="/tmp") as name:
        outer = Path(name).resolve()
        inner = outer / "inner"
        inner.mkdir()
        found = []
        for modes in ((0o711, 0o755), (0o711, 0o700), (0o700, 0o755), (0o700, 0o700)):
            for folder, mode in zip((outer, inner), modes, strict=True):
                folder.chmod(mode)
            found.append(closed_folder(inner))
        assert found == [None, inner, outer, outer]
