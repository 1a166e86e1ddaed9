"""A user of NATS who signs: what the server asks at each connection is signed with a seed that is kept in a file.

The package `nkeys`, which nats-py would use, has no wheel. The file is read at each connection, so that it may be
exchanged while a service runs.
"""

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from events.errors import CairnError
from events.log.client.nkeys import BadKey, public_text, seed_bytes

if TYPE_CHECKING:
    from nacl.signing import SigningKey

_MAX_FILE_BYTES = 64 * 1024
_JWT = re.compile(r"-----BEGIN NATS USER JWT-----\s+(\S+)\s")
_SEED = re.compile(r"-----BEGIN USER NKEY SEED-----\s+(\S+)\s")


class NoSeed(CairnError):
    """A file holds no user of NATS. The sentence holds nothing of it."""


class SigningUser(NamedTuple):
    """Who connects by signing.

    Attributes:
        key: Gives the public key of a user whom the server's configuration names; None where a JWT says who it is.
        jwt: Gives the user's JWT; None for a user of a key alone.
        sign: Signs what the server asks, in base64.
    """

    key: Callable[[], str] | None
    jwt: Callable[[], bytearray] | None
    sign: Callable[[str], bytes]


def user_of_creds(file: Path) -> SigningUser:
    """The user of a file as `nsc` writes it, with a JWT and a seed.

    Raises:
        NoSeed: it holds none.
    """

    def jwt() -> bytearray:
        return bytearray(_found(_JWT, file).encode())

    def sign(nonce: str) -> bytes:
        return _signature(_key(_found(_SEED, file), file), nonce)

    jwt(), sign("")
    return SigningUser(None, jwt, sign)


def user_of_seed(file: Path) -> SigningUser:
    """The user of a file with a seed and no JWT; it may stand between the lines that `nsc` puts around a seed.

    Raises:
        NoSeed: it holds none.
    """

    def key() -> str:
        return public_text("user", bytes(_key(_seed(file), file).verify_key))

    key()
    return SigningUser(key, None, lambda nonce: _signature(_key(_seed(file), file), nonce))


def _found(pattern: re.Pattern[str], file: Path) -> str:
    found = pattern.search(_text(file) + "\n")
    if found is None:
        raise NoSeed(f"{file} is no file of a NATS user: it holds no JWT with a seed behind it.")
    return found[1]


def _seed(file: Path) -> str:
    text = _text(file)
    decorated = _SEED.search(text + "\n")
    return decorated[1] if decorated else text


def _text(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(_MAX_FILE_BYTES).decode("ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise NoSeed(f"{file} cannot be read, or is no file of a NATS user.") from None


def _key(seed: str, file: Path) -> "SigningKey":
    from nacl.signing import SigningKey  # noqa: PLC0415 - for those alone who sign: it takes 1 MB of memory

    try:
        return SigningKey(seed_bytes("user", seed))
    except BadKey:
        raise NoSeed(f"{file} holds no seed of a NATS user (SU…).") from None


def _signature(key: "SigningKey", nonce: str) -> bytes:
    return base64.b64encode(key.sign(nonce.encode()).signature)
