"""A folder of files that appears whole or not at all, for its owner alone, with the SHA-256 of each of its files."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from services.notary.durable_files import FOR_THE_OWNER, sync_folder
from services.notary.errors import FolderInUse


class DigestedFile:
    """A file that is written from its beginning to its end.

    Args:
        opened: The file.
    """

    def __init__(self, opened: BinaryIO):
        self._opened = opened
        self._digest = sha256()

    def write(self, content: bytes) -> None:
        """Write what comes next."""
        self._digest.update(content)
        self._opened.write(content)

    @property
    def digest(self) -> str:
        """The SHA-256 of what was written so far, as hex."""
        return self._digest.hexdigest()


class ExportFolder:
    """The files of an export.

    Args:
        path: An empty folder.

    Attributes:
        digests: The SHA-256 of each file, as hex, by its name.
    """

    def __init__(self, path: Path):
        self.path = path
        self.digests: dict[str, str] = {}

    def write(self, name: str, content: bytes) -> None:
        """Write a file.

        Args:
            name: Its name, with slashes where it is in a folder of its own.

        Raises:
            OSError: it cannot be written, or is there already.
        """
        with self.opened(name) as file:
            file.write(content)

    @contextmanager
    def opened(self, name: str) -> Iterator[DigestedFile]:
        """A new file that is written piece by piece.

        Raises:
            OSError: as :meth:`write`.
        """
        path = self.path / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FOR_THE_OWNER), "wb") as opened:  # noqa: PTH123
            file = DigestedFile(opened)
            yield file
        self.digests[name] = file.digest


@contextmanager
def new_export(target: Path) -> Iterator[ExportFolder]:
    """A folder that takes its name once everything in it is written; where that fails, nothing is left of it.

    Raises:
        FolderInUse: something is there already.
        OSError: it cannot be written.
    """
    _check_free(target)
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        yield ExportFolder(draft)
        try:
            draft.replace(target)  # an empty folder may be there, and nothing else
        except OSError:
            _check_free(target)
            raise
        sync_folder(target.parent)
    finally:
        with suppress(FileNotFoundError):
            shutil.rmtree(draft)


def _check_free(target: Path) -> None:
    if target.is_symlink() or (target.exists() and not target.is_dir()) or (target.is_dir() and any(target.iterdir())):
        raise FolderInUse(f"{target} is there already, and is no empty folder. Name another one.")
