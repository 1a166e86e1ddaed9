"""The token that the embedded nats-server asks for: whoever knows it holds the keys of the house.

It is made once, and kept in a file that its owner alone can read: clients outside of Cairn go on after a restart.
"""

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

FILE = "token"
"""The file in the folder of the embedded server."""
_BYTES = 32
_FORM = re.compile(r"[A-Za-z0-9_-]{32,128}", re.ASCII)
_FOR_OTHERS = 0o077


def nats_token(folder: Path) -> str:
    """The token of the embedded server of a folder; made where there is none, or where others could have read it.

    Args:
        folder: The server's own folder; made when missing.

    Raises:
        OSError: The file cannot be read or made.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / FILE
    kept = _read(file)
    if kept is None:
        # Two may begin at the same time: whoever links its file first has made the token of both.
        draft = folder / f"{FILE}.{os.getpid()}.{secrets.token_hex(4)}"
        write_private(draft, secrets.token_urlsafe(_BYTES))
        try:
            with suppress(FileNotFoundError):
                if _read(file) is None:
                    file.unlink()
            with suppress(FileExistsError):
                os.link(draft, file)
        finally:
            draft.unlink()
        kept = _read(file)
    if kept is None:
        raise OSError(f"{file} holds no token")
    return kept


def write_private(file: Path, text: str) -> None:
    """Write a file that nobody but its owner can read, in the place of whatever was there."""
    file.unlink(missing_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as opened:  # noqa: PTH123 - the very file that was made
        opened.write(text)


def _read(file: Path) -> str | None:
    """The token in a file; None when there is none that only its owner can read."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    with open(descriptor, encoding="utf-8", errors="replace") as opened:  # noqa: PTH123 - as above
        if os.fstat(descriptor).st_mode & _FOR_OTHERS:
            return None
        found = opened.read(1024).strip()
    return found if _FORM.fullmatch(found) else None
