"""What root has, for an account without rights: which folders are closed to it, and a copy of files that it can use."""

import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path


def closed_folder(path: Path) -> Path | None:
    """The outermost folder on the way to a folder, itself included, that others may not enter; None if all are open."""
    folder = path.resolve()
    way = (*reversed(folder.parents), folder)
    return next((each for each in way if not each.stat().st_mode & stat.S_IXOTH), None)


def open_copy(source: Path, target: Path) -> None:
    """Copy a file or a folder, if there is one, so that every account can use it whatever umask it was made with.

    A file is linked where that serves as well, which takes no room and a tenth of the time: never write into a file of
    the copy. Symbolic links to folders are left out.

    Raises:
        FileExistsError: the target is there.
    """
    if source.is_file():
        _open_file(source, target)
    for folder, _, names in os.walk(source):
        there = target / Path(folder).relative_to(source)
        there.mkdir()
        there.chmod(0o755)
        for name in names:
            _open_file(Path(folder, name), there / name)


def _open_file(source: Path, target: Path) -> None:
    if os.path.lexists(target):  # a copy would be written into whatever it leads to
        raise FileExistsError(f"{target} is there.")
    mode = source.stat().st_mode
    if mode & stat.S_IROTH:
        with suppress(OSError):  # on another file system, or on one that knows no links
            os.link(source.resolve(), target)
            return
    shutil.copy2(source, target)
    target.chmod(0o755 if mode & stat.S_IXUSR else 0o644)
