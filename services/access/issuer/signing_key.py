"""The embedded issuer's signing key: an Ed25519 key in the data folder, made once and readable by its owner alone."""

import json
import os
import secrets
from contextlib import suppress
from pathlib import Path

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from events.errors import CairnError

FOLDER = "issuer"
FILE = "signing-key.json"
_FOR_OTHERS = 0o077


class UnusableSigningKey(CairnError):
    """The embedded issuer's key cannot be read or made, or others can read it."""


def signing_key(data_dir: Path, *, make: bool = True) -> OKPKey:
    """The key of the embedded issuer of a data folder.

    Args:
        make: Whether it is made when it is not there. A command beside a running Cairn does not make it: the services
            would not know it.

    Raises:
        UnusableSigningKey: the sentence says what to do.
    """
    file = data_dir / FOLDER / FILE
    try:
        if not file.exists():
            if not make:
                raise UnusableSigningKey(
                    f"There is no key to sign tokens with in {data_dir.absolute()}. Start Cairn once, and name the data"
                    " folder of that Cairn with CAIRN_DATA_DIR."
                )
            _make(file)
        return _read(file)
    except OSError as error:
        raise UnusableSigningKey(
            f"The key that tokens are signed with cannot be read or made at {file}: {error.strerror}."
            " Run this as the user whose data folder it is, or name another with CAIRN_DATA_DIR."
        ) from error


def _read(file: Path) -> OKPKey:
    descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    with open(descriptor, encoding="utf-8") as opened:  # noqa: PTH123 - the very file whose mode is looked at
        if os.fstat(descriptor).st_mode & _FOR_OTHERS:
            raise UnusableSigningKey(
                f"Others than its owner can read {file}, so they could make tokens. Remove the file, and the next start"
                " makes another key; tokens that were made with it are not accepted any more."
            )
        try:
            key = OKPKey.import_key(json.load(opened))
        except (JoseError, KeyError, TypeError, ValueError):
            key = None
    if key is None or not key.is_private or key.get("crv") != "Ed25519":
        raise UnusableSigningKey(f"{file} is no Ed25519 key. Put it back from a backup, or remove it for a new one.")
    key.ensure_kid()
    return key


def _make(file: Path) -> None:
    """Make the key whole, on the disk, and only if nobody else has made one meanwhile."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(descriptor, "w", encoding="utf-8") as opened:  # noqa: PTH123 - made with its mode from the start
            json.dump(OKPKey.generate_key("Ed25519").as_dict(private=True), opened)
            opened.flush()
            os.fsync(descriptor)
        with suppress(FileExistsError):
            os.link(draft, file)
    finally:
        draft.unlink()
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
