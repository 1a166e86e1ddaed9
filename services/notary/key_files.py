"""Private keys in files: made once, for their owner alone, and refused where others could have read them."""

import os
import stat
from pathlib import Path

from events.transparency.keys import NOTE, KeyType, SignerKey, parse_signer_key
from events.transparency.refusals import NotProven
from services.notary.durable_files import FOR_THE_OWNER, sync_folder
from services.notary.errors import NotaryUnusable

_FOR_OTHERS = 0o077
_MAX_KEY_BYTES = 4096
_SUCCEED = "begin a new generation: cairn notary succeed"


def make_key_file(file: Path, key: SignerKey) -> None:
    """Keep a key in a new file, and return when it is on the disk.

    Raises:
        FileExistsError: there is such a file already.
        OSError: it cannot be written.
    """
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FOR_THE_OWNER), "w") as opened:  # noqa: PTH123
        opened.write(f"{key.secret}\n")
        opened.flush()
        os.fsync(opened.fileno())
    sync_folder(file.parent)


def read_key_file(file: Path, name: str, kind: KeyType = NOTE, without: str = _SUCCEED) -> SignerKey:
    """The key of a file.

    Args:
        name: The name that the key has to have.
        kind: What it signs.
        without: What to do where it is lost or known to others, as the end of a sentence.

    Raises:
        NotaryUnusable: there is none, others than its owner can read it, or it has another name.
    """
    try:
        with open(os.open(file, os.O_RDONLY | os.O_NOFOLLOW), "rb") as opened:  # noqa: PTH123 - the very file
            if stat.S_IMODE(os.fstat(opened.fileno()).st_mode) & _FOR_OTHERS:
                raise NotaryUnusable(
                    f"Others than its owner can read {file}, so they could sign. Make it readable by its owner alone,"
                    f" and if somebody may have read it, {without}."
                )
            text = opened.read(_MAX_KEY_BYTES).decode("ascii").strip()
        found = parse_signer_key(text, kind)
    except FileNotFoundError:
        raise NotaryUnusable(f"There is no key {file}. Put it back from where a copy is kept, or {without}.") from None
    except OSError as error:
        raise NotaryUnusable(f"The key {file} cannot be read: {error.strerror}.") from None
    except (NotProven, UnicodeDecodeError):
        raise NotaryUnusable(f"{file} is no key that signs. Put it back from where a copy is kept.") from None
    if found.name != name:
        raise NotaryUnusable(f"The key in {file} is of {found.name}, and not of {name}.")
    return found
