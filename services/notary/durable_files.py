"""Files that are on the disk when a function returns, and are never seen half written."""

import os
import secrets
from pathlib import Path

FOR_THE_OWNER = 0o600


def replace_file(file: Path, content: bytes) -> None:
    """Put a content in the place of a file, whole or not at all, for its owner alone.

    Raises:
        OSError: it cannot be written; the file is as it was.
    """
    draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FOR_THE_OWNER), "wb") as opened:  # noqa: PTH123
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        draft.replace(file)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(file.parent)


def sync_folder(folder: Path) -> None:
    """See to it that what was made or renamed in a folder is on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
