"""The leaf of a stored message: the bytes that stand for it wherever the log's content is hashed.

One layout serves the log's digest, the fingerprint that a remembered position carries, and any tree that is built over
the log. Position, recorded time and subject stand in it as they are; headers and body stand in it as hashes, so that a
leaf stays small and either can be shown without the other. Only one field has a free length, and it has its length in
front, so that nothing can move from one field into the next.

    "cairn-leaf/1\\n" · u64 position · u64 recorded time (ns since 1970) · u16 length · subject · headers · body

Integers are big-endian. `headers` is SHA-256 over SHA-256("cairn-headers/1\\n" · blind) and the message's own header
lines, each with its CRLF, in the order in which they are stored; headers that the server adds (`Nats-…`) and the blind
itself are left out, as the former differ after a restore. `body` is SHA-256 over SHA-256("cairn-body/1\\n" · blind) and
the body. The blind is the value of the header `cairn-blind`, decoded from base64url; it is empty where there is none.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from functools import lru_cache

from events.envelope import StoredMessage

BLIND = "cairn-blind"
_LEAF = b"cairn-leaf/1\n"
_HEADERS = b"cairn-headers/1\n"
_BODY = b"cairn-body/1\n"
_HOLE = b"cairn-hole/1\n"


def leaf(stored: StoredMessage) -> bytes:
    """The leaf of a message of the log."""
    subject = stored.subject.encode()
    blind = _blind(stored.headers)
    lines = "".join([f"{name}: {stored.headers[name]}\r\n" for name in _own(tuple(stored.headers))])
    headers = hashlib.sha256(_salt(_HEADERS, blind) + lines.encode())
    body = hashlib.sha256(_salt(_BODY, blind) + stored.data)
    return b"".join(
        (
            _LEAF,
            stored.position.to_bytes(8),
            stored.recorded_ns.to_bytes(8),
            len(subject).to_bytes(2),
            subject,
            headers.digest(),
            body.digest(),
        )
    )


def hole(position: int) -> bytes:
    """The leaf of a position whose message the log no longer holds."""
    return _HOLE + position.to_bytes(8)


def fingerprint(stored: StoredMessage) -> str:
    """The fingerprint of a message: SHA-256 of its leaf, as hex. No other message at its position has the same."""
    return hashlib.sha256(leaf(stored)).hexdigest()


@lru_cache(maxsize=512)  # Those who write to a log write the same headers over and over.
def _own(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names of headers that stand in a leaf."""
    return tuple(name for name in names if not (lower := name.lower()).startswith("nats-") and lower != BLIND)


_SALTS = {prefix: hashlib.sha256(prefix).digest() for prefix in (_HEADERS, _BODY)}
"""Those of messages without a blind, which are hashed time and again."""


def _salt(prefix: bytes, blind: bytes) -> bytes:
    return hashlib.sha256(prefix + blind).digest() if blind else _SALTS[prefix]


def _blind(headers: Mapping[str, str]) -> bytes:
    value = headers.get(BLIND)
    if not value:
        return b""
    try:
        return base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return value.encode()  # not a blind of Cairn's; it still makes this message's hash differ from others
