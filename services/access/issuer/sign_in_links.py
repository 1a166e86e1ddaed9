"""Links to sign in with: one lies in the data folder until somebody uses it once, or for a quarter of an hour.

The link names a code and no token, so that neither a history of addresses nor a log holds a token. The file is named by
the code's digest: whoever only sees which files there are cannot sign in.
"""

import json
import os
import secrets
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from events.errors import CairnError
from services.access.issuer.signing_key import FOLDER
from services.access.issuer.tokens import MadeToken
from services.access.principal import BadPrincipal, Principal

LINK_SECONDS = 15 * 60
"""How long a link waits to be used."""
_LINKS = "sign-in"
_CODE_BYTES = 16


class LinkNotKept(CairnError):
    """A link could not be written into the data folder."""


class Waiting(NamedTuple):
    """What a link leads to.

    Attributes:
        token: The access token that becomes a session.
        principal: Whose it is.
        expires: Until when it is valid, in seconds since 1970.
        until: Until when the link can be used.
    """

    token: str
    principal: Principal
    expires: float
    until: float

    def __repr__(self) -> str:
        return f"Waiting({self.principal.id})"


class SignInLinks:
    """The links of a data folder.

    Args:
        data_dir: The folder of which the embedded issuer's key is a part.
    """

    def __init__(self, data_dir: Path):
        self._folder = data_dir / FOLDER / _LINKS

    def make(self, made: MadeToken, now: float) -> str:
        """Keep a token for whoever comes with the code that is given.

        Args:
            now: In seconds since 1970.

        Raises:
            LinkNotKept: the folder cannot be written to.
        """
        code = secrets.token_hex(_CODE_BYTES)
        kept = {
            "token": made.text,
            "principal": made.principal.encoded(),
            "expires": made.expires,
            "until": min(now + LINK_SECONDS, made.expires),
        }
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._remove_old(now)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            descriptor = os.open(self._file(code), flags, 0o600)
            with open(descriptor, "w", encoding="utf-8") as opened:  # noqa: PTH123 - made with its mode from the start
                json.dump(kept, opened)
        except OSError as error:
            raise LinkNotKept(
                f"A link to sign in with cannot be kept in {self._folder}: {error.strerror}."
                " Run this as the user whose data folder it is, or name another with CAIRN_DATA_DIR."
            ) from error
        return code

    def look(self, code: str, now: float) -> Waiting | None:
        """What a link leads to; it stays as it is. None where it was used or is too old."""
        return _read(self._file(code), now)

    def use(self, code: str, now: float) -> Waiting | None:
        """The same, and nobody can use the link again. Of several who try at once, one is given it."""
        file = self._file(code)
        taken = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
        try:
            file.rename(taken)
        except OSError:
            return None
        try:
            return _read(taken, now)
        finally:
            taken.unlink(missing_ok=True)

    def _file(self, code: str) -> Path:
        return self._folder / sha256(code.encode(errors="surrogatepass")).hexdigest()

    def _remove_old(self, now: float) -> None:
        for file in self._folder.iterdir():
            with suppress(OSError):
                if file.stat().st_mtime < now - LINK_SECONDS:
                    file.unlink()


def _read(file: Path, now: float) -> Waiting | None:
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        principal = Principal.decoded(kept["principal"])
        found = Waiting(str(kept["token"]), principal, float(kept["expires"]), float(kept["until"]))
    except (OSError, ValueError, KeyError, TypeError, BadPrincipal):
        return None
    return found if now < found.until else None
