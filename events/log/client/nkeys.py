"""Keys as NATS writes them: a prefix that says of what kind, 32 bytes and a checksum, in base32 (nats-io/nkeys).

The package `nkeys` has no wheel and no curve keys, so it is not used.
"""

from base64 import b32decode, b32encode
from binascii import Error as BinasciiError
from binascii import crc_hqx
from typing import Literal

from events.errors import CairnError

Kind = Literal["account", "operator", "server", "user", "curve"]
_PREFIXES: dict[Kind, int] = {"account": 0, "operator": 14 << 3, "server": 13 << 3, "user": 20 << 3, "curve": 23 << 3}
_SEED = 18 << 3
_RAW_BYTES = 32


class BadKey(CairnError):
    """A text is no key of the kind that is wanted. The sentence does not repeat it."""


def public_text(kind: Kind, raw: bytes) -> str:
    """A public key as text, such as `A…` for an account and `X…` for a curve key."""
    return _encoded(bytes([_PREFIXES[kind]]) + raw)


def public_bytes(kind: Kind, text: str) -> bytes:
    """The 32 bytes of a public key.

    Raises:
        BadKey: the text is no public key of that kind.
    """
    return _decoded(bytes([_PREFIXES[kind]]), text)


def seed_text(kind: Kind, raw: bytes) -> str:
    """A secret key as text: its seed, such as `SA…` for an account and `SX…` for a curve key."""
    return _encoded(_seed_prefix(kind) + raw)


def seed_bytes(kind: Kind, text: str) -> bytes:
    """The 32 bytes of a seed.

    Raises:
        BadKey: the text is no seed of that kind.
    """
    return _decoded(_seed_prefix(kind), text)


def _seed_prefix(kind: Kind) -> bytes:
    """Two bytes: five bits for "seed", then the eight bits of the kind, then three that are not used."""
    prefix = _PREFIXES[kind]
    return bytes([_SEED | prefix >> 5, (prefix & 0b11111) << 3])


def _encoded(body: bytes) -> str:
    return b32encode(body + crc_hqx(body, 0).to_bytes(2, "little")).rstrip(b"=").decode()


def _decoded(prefix: bytes, text: str) -> bytes:
    try:
        decoded = b32decode(text + "=" * (-len(text) % 8))
    except (BinasciiError, ValueError):
        decoded = b""
    body, checksum = decoded[:-2], decoded[-2:]
    raw = body[len(prefix) :]
    if len(raw) != _RAW_BYTES or not body.startswith(prefix) or crc_hqx(body, 0).to_bytes(2, "little") != checksum:
        raise BadKey("A text that should be a key of NATS is none of that kind.")
    return raw
