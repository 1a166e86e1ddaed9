"""The form in which a history is stored in a snapshot: parts of bytes, each behind its length.

Most of a long history is stored as memory has it, so that writing and reading it costs little more than copying.
"""

import zlib
from typing import NamedTuple

from pydantic import TypeAdapter

from events.catalog import TYPES
from events.errors import CairnError
from events.goal.entries import PackedEntries
from events.goal.fold import FOLD_VERSION as GOAL_FOLD
from events.plan.fold import FOLD_VERSION as PLAN_FOLD
from services.goals.packing import USUAL, PackedState

_FORM = 1
_NUMBERS_OF_TYPES, _PACKED_WITH = zlib.crc32(" ".join(TYPES).encode()), zlib.crc32(USUAL)
_MADE_BY = f"{_FORM}.{GOAL_FOLD}.{PLAN_FOLD}.{_NUMBERS_OF_TYPES}.{_PACKED_WITH}".encode()
"""Snapshots of another form, of other folds, with other numbers for event types, or packed with another text are not
read."""
_CAUSES: TypeAdapter[dict[int, int]] = TypeAdapter(dict[int, int])
_LENGTH_BYTES = 4


class BadSnapshot(CairnError):
    """What should be a snapshot is none, or was made by another version."""


class Snapshot(NamedTuple):
    """What a snapshot holds, see :class:`services.goals.history.History`.

    Attributes:
        state: The folded state; None where the first events leave a goal not existing.
        types, positions, keys, causes: The columns of the history.
        content: The digest of the last event's content.
    """

    state: PackedState | None
    types: bytes
    positions: bytes
    keys: bytes
    causes: dict[int, int]
    content: bytes


def write_snapshot(snapshot: Snapshot) -> bytes:
    """The snapshot as bytes."""
    state, types, positions, keys, causes, content = snapshot
    parts = [_MADE_BY, types, positions, keys, _CAUSES.dump_json(causes), content, state.state if state else b""]
    for group in state.entries if state else ():
        parts += group
    body = b"".join(len(part).to_bytes(_LENGTH_BYTES, "big") + part for part in parts)
    return zlib.crc32(body).to_bytes(_LENGTH_BYTES, "big") + body


def read_snapshot(stored: bytes) -> Snapshot:
    """The snapshot that :func:`write_snapshot` has written.

    Raises:
        BadSnapshot: it is none, or another version has written it.
    """
    check, body = stored[:_LENGTH_BYTES], stored[_LENGTH_BYTES:]
    if check != zlib.crc32(body).to_bytes(_LENGTH_BYTES, "big"):
        raise BadSnapshot("It is damaged, or no snapshot.")
    made_by, *parts = _parts(body) or [b""]
    if made_by != _MADE_BY:
        raise BadSnapshot("Another version of Cairn has made it.")
    types, positions, keys, causes, content, state, *groups = parts
    packed = PackedState(state, [PackedEntries(*groups[at : at + 3]) for at in range(0, len(groups), 3)])
    return Snapshot(packed if state else None, types, positions, keys, _CAUSES.validate_json(causes), content)


def _parts(body: bytes) -> list[bytes]:
    parts, begin = [], 0
    while begin < len(body):
        start = begin + _LENGTH_BYTES
        begin = start + int.from_bytes(body[begin:start], "big")
        parts.append(body[start:begin])
    return parts
