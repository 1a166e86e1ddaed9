"""Changing a stored event behind everybody's back, as whoever owns the disk of nats-server can.

The server checks each message of a block by its HighwayHash, which is keyed with the name of the stream and the number
of the block: known to anybody. It finds what decays, not what is changed on purpose.
"""

import struct
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

_MASK = 2**64 - 1
_FIRST = (0xDBE6D5D5FE4CCE2F, 0xA4093822299F31D0, 0x13198A2E03707344, 0x243F6A8885A308D3)
_SECOND = (0x3BD39E10CB0EF593, 0xC0ACF169B5F18A8C, 0xBE5466CF34E90C6C, 0x452821E638D01377)
_HEADER_BIT = 1 << 31
_SUM_BYTES = 8
_PREFIX = struct.Struct("<IQQH")


class NotDoctored(Exception):
    """There is no such event, or the server keeps its blocks in another way than is known here."""


class _Record(NamedTuple):
    start: int
    end: int
    position: int
    subject: int
    """Where the subject begins."""
    content: int
    """Where headers and body begin."""


def reword(data_dir: Path, stream: str, position: int, before: bytes, after: bytes) -> None:
    """Change a stored message in the files of a server that is stopped; its time and its place stay.

    Args:
        before: What stands in its headers or body, once; after: as many bytes instead.

    Raises:
        NotDoctored: it does not.
    """
    for file in sorted(data_dir.rglob(f"streams/{stream}/msgs/*.blk")):
        block = bytearray(file.read_bytes())
        for record in _records(block):
            if record.position != position:
                continue
            key = sha256(f"{stream}-{file.stem}".encode()).digest()
            if _sum(key, block, record) != block[record.end - _SUM_BYTES : record.end]:
                raise NotDoctored("the server checks its messages in another way than is known here")
            stored = bytes(block[record.content : record.end - _SUM_BYTES])
            if stored.count(before) != 1 or len(before) != len(after):
                raise NotDoctored("what is to be changed does not stand there once, or gets another length")
            block[record.content : record.end - _SUM_BYTES] = stored.replace(before, after)
            block[record.end - _SUM_BYTES : record.end] = _sum(key, block, record)
            file.write_bytes(block)
            return
    raise NotDoctored(f"no block holds position {position}")


def allow_deletes(data_dir: Path, stream: str) -> None:
    """Change the settings of a stream in the files of a server that is stopped, so that messages can be deleted.

    Raises:
        NotDoctored: the server keeps them in another way than is known here.
    """
    [folder] = data_dir.rglob(f"streams/{stream}")
    file, sums = folder / "meta.inf", folder / "meta.sum"
    key, kept = sha256(stream.encode()).digest(), file.read_bytes()
    changed = kept.replace(b'"deny_delete":true', b'"deny_delete":false')
    if _hex_sum(key, kept) != sums.read_bytes() or changed == kept:
        raise NotDoctored("the settings of a stream are kept in another way than is known here")
    file.write_bytes(changed)
    sums.write_bytes(_hex_sum(key, changed))


def _records(block: bytes | bytearray) -> Iterator[_Record]:
    at = 0
    while at < len(block):
        length, position, _, subject = _PREFIX.unpack_from(block, at)
        has_headers, length = length & _HEADER_BIT, length & ~_HEADER_BIT
        begin = at + _PREFIX.size
        yield _Record(at, at + length, position, begin, begin + subject + (4 if has_headers else 0))
        at += length


def _sum(key: bytes, block: bytes | bytearray, record: _Record) -> bytes:
    """What stands at the end of a message: over its position and time, subject, headers and body."""
    subject_bytes = _PREFIX.unpack_from(block, record.start)[3]
    hashed = (
        bytes(block[record.start + 4 : record.start + 20])
        + bytes(block[record.subject : record.subject + subject_bytes])
        + bytes(block[record.content : record.end - _SUM_BYTES])
    )
    return highway_hash(key, hashed).to_bytes(_SUM_BYTES, "little")


def _hex_sum(key: bytes, content: bytes) -> bytes:
    return highway_hash(key, content).to_bytes(_SUM_BYTES, "little").hex().encode()


def highway_hash(key: bytes, message: bytes) -> int:
    """HighwayHash-64 (https://github.com/google/highwayhash), as its paper defines it."""
    words = struct.unpack("<4Q", key)
    state = _State(words)
    whole = len(message) & ~31
    for at in range(0, whole, 32):
        state.update(struct.unpack_from("<4Q", message, at))
    if rest := message[whole:]:
        state.update_rest(rest)
    return state.finish()


class _State:
    def __init__(self, key: tuple[int, ...]):
        self._mul0, self._mul1 = list(_FIRST), list(_SECOND)
        self._v0 = [mul ^ word for mul, word in zip(_FIRST, key, strict=True)]
        self._v1 = [mul ^ _halves_swapped(word) for mul, word in zip(_SECOND, key, strict=True)]

    def update(self, lanes: tuple[int, ...]) -> None:
        v0, v1, mul0, mul1 = self._v0, self._v1, self._mul0, self._mul1
        for i in range(4):
            v1[i] = (v1[i] + mul0[i] + lanes[i]) & _MASK
            mul0[i] ^= (v1[i] & 0xFFFFFFFF) * (v0[i] >> 32)
            v0[i] = (v0[i] + mul1[i]) & _MASK
            mul1[i] ^= (v0[i] & 0xFFFFFFFF) * (v1[i] >> 32)
        _zip(v1, v0, 0)
        _zip(v1, v0, 2)
        _zip(v0, v1, 0)
        _zip(v0, v1, 2)

    def update_rest(self, rest: bytes) -> None:
        size = len(rest)
        for i in range(4):
            self._v0[i] = (self._v0[i] + (size << 32) + size) & _MASK
            self._v1[i] = _rotated(self._v1[i] >> 32, size) << 32 | _rotated(self._v1[i] & 0xFFFFFFFF, size)
        packet, whole, odd = bytearray(32), size & ~3, size & 3
        packet[:whole] = rest[:whole]
        if size & 16:
            packet[28:32] = rest[size - 4 :]
        elif odd:
            packet[16:19] = bytes((rest[whole], rest[whole + (odd >> 1)], rest[whole + odd - 1]))
        self.update(struct.unpack("<4Q", packet))

    def finish(self) -> int:
        for _ in range(4):
            self.update(tuple(_halves_swapped(self._v0[i]) for i in (2, 3, 0, 1)))
        return (self._v0[0] + self._v1[0] + self._mul0[0] + self._mul1[0]) & _MASK


def _zip(source: list[int], target: list[int], at: int) -> None:
    low, high = source[at], source[at + 1]
    target[at] += (
        (((low & 0xFF000000) | (high & 0xFF00000000)) >> 24)
        | (((low & 0xFF0000000000) | (high & 0xFF000000000000)) >> 16)
        | (low & 0xFF0000)
        | ((low & 0xFF00) << 32)
        | ((high & 0xFF00000000000000) >> 8)
        | (low << 56)
    ) & _MASK
    target[at + 1] += (
        (((high & 0xFF000000) | (low & 0xFF00000000)) >> 24)
        | (high & 0xFF0000)
        | ((high & 0xFF0000000000) >> 16)
        | ((high & 0xFF00) << 24)
        | ((low & 0xFF000000000000) >> 8)
        | ((high & 0xFF) << 48)
        | (low & 0xFF00000000000000)
    )
    target[at] &= _MASK
    target[at + 1] &= _MASK


def _halves_swapped(word: int) -> int:
    return word >> 32 | (word & 0xFFFFFFFF) << 32


def _rotated(half: int, by: int) -> int:
    return (half << by | half >> 32 - by) & 0xFFFFFFFF
