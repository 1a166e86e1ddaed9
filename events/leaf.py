"""The leaf of a stored message: the bytes that stand for it wherever the log's content is hashed.

One layout serves the log's digest, the fingerprint that a remembered position carries, and the tree that a notary
builds over the log. Position, recorded time and subject stand in it as they are; headers and body stand in it as
hashes, so that a leaf stays small and either can be shown without the other. Only one field has a free length, and it
has its length in front, so that nothing can move from one field into the next.

    "cairn-leaf/1\\n" · u64 position · u64 recorded time (ns since 1970) · u16 length · subject · headers · body

Integers are big-endian. `headers` is SHA-256 over SHA-256("cairn-headers/1\\n" · blind) and the message's own header
lines, each with its CRLF, byte for byte in the order in which they are stored; headers that the server adds (`Nats-…`)
and the blind itself are left out, as the former differ after a restore. `body` is SHA-256 over
SHA-256("cairn-body/1\\n" · blind) and the body. The blind is the value of the header `cairn-blind`, decoded from
base64url; it is empty where there is none.
"""

import re
from hashlib import sha256

from events.attribute_headers import OddHeaders
from events.blinding import decode_blind
from events.envelope import StoredMessage
from events.raw_message import RawMessage

_LEAF = b"cairn-leaf/1\n"
_HOLE = b"cairn-hole/1\n"
_VERSION = b"NATS/1.0\r\n"
_LINE_END = b"\r\n"
_LINE = rb"(?:[^\r]|\r(?!\n))*"
_LEFT_OUT = re.compile(rb"\r\n(?:[Nn][Aa][Tt][Ss]-|[Cc][Aa][Ii][Rr][Nn]-[Bb][Ll][Ii][Nn][Dd]:)" + _LINE + rb"(?=\r\n)")
_BLINDS = re.compile(rb"\r\n[Cc][Aa][Ii][Rr][Nn]-[Bb][Ll][Ii][Nn][Dd]:(" + _LINE + rb")(?=\r\n)")
_HEADERS = b"cairn-headers/1\n"
_BODY = b"cairn-body/1\n"


def leaf_of(raw: RawMessage) -> bytes:
    """The leaf of a message of the log."""
    subject, position, recorded_ns, block, body = raw
    place = subject.encode()
    own = _LEFT_OUT.sub(b"", block)[len(_VERSION) : -len(_LINE_END)]
    blind = _blind(block)
    headers = sha256(sha256(_HEADERS + blind).digest() + own)
    content = sha256(sha256(_BODY + blind).digest() + body)
    return b"".join(
        (
            _LEAF,
            position.to_bytes(8),
            recorded_ns.to_bytes(8),
            len(place).to_bytes(2),
            place,
            headers.digest(),
            content.digest(),
        )
    )


def hole(position: int) -> bytes:
    """The leaf of a position whose message the log no longer holds."""
    return _HOLE + position.to_bytes(8)


def raw_of(stored: StoredMessage) -> RawMessage:
    """A message that was read with its headers by name, as it is stored."""
    headers = stored.headers
    return _with(stored, headers.block) if isinstance(headers, OddHeaders) else by_name(stored)


def by_name(stored: StoredMessage) -> RawMessage:
    """A message with the headers that were read of it, each as `name: value`; that is how it is stored in most cases.

    Earlier versions of Cairn made the leaf of this in all cases.
    """
    lines = "".join([f"{name}: {value}\r\n" for name, value in stored.headers.items()])
    return _with(stored, b"NATS/1.0\r\n%b\r\n" % lines.encode() if lines else b"")


def fingerprint(message: StoredMessage | RawMessage) -> str:
    """The fingerprint of a message: SHA-256 of its leaf, as hex. No other message at its position has the same."""
    return sha256(leaf_of(message if isinstance(message, RawMessage) else raw_of(message))).hexdigest()


def has_fingerprint(stored: StoredMessage, known: str) -> bool:
    """Whether a fingerprint that was noted, perhaps by an earlier version of Cairn, is that of a message."""
    return known == fingerprint(stored) or (
        isinstance(stored.headers, OddHeaders) and known == fingerprint(by_name(stored))
    )


def _with(stored: StoredMessage, block: bytes) -> RawMessage:
    return RawMessage(stored.subject, stored.position, stored.recorded_ns, block, stored.data)


def _blind(block: bytes) -> bytes:
    found: list[bytes] = _BLINDS.findall(block)
    return decode_blind(found[-1].strip()) if found else b""
