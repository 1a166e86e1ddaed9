"""Packed states: a goal (or plan) in a tenth of the memory, for those that are not used at the moment.

What is packed may be written to a snapshot as it is. A diary's groups of entries that are packed already are taken
over, so that neither packing nor unpacking takes longer for a long diary.
"""

import zlib
from collections.abc import Sequence
from typing import NamedTuple

from pydantic import BaseModel

from events.goal import GoalState
from events.goal.entries import Entries, PackedEntries, ProgressEntry
from events.plan import PlanState

_ZLIB_LEVEL = 1


class PackedState(NamedTuple):
    """A packed state.

    Attributes:
        state: The state as compressed JSON, with the last entries of its diary.
        entries: The entries before those.
    """

    state: bytes
    entries: Sequence[PackedEntries] = ()


class _Unpacked(BaseModel):
    """What is compressed."""

    goal: GoalState | None = None
    plan: PlanState | None = None
    last: tuple[ProgressEntry, ...] = ()


def with_packed_entries(goal: GoalState) -> GoalState:
    """The same goal, with the entries packed that have come together since the last time."""
    packed = goal.progress.packed()
    return goal if packed is goal.progress else goal.with_changes({"progress": packed})


def pack(state: GoalState | PlanState) -> PackedState:
    """Pack a state."""
    if isinstance(state, PlanState):
        return PackedState(_compressed(_Unpacked.model_construct(plan=state)))
    packed, last = state.progress.parts
    without = state.with_changes({"progress": Entries()})
    return PackedState(_compressed(_Unpacked.model_construct(goal=without, last=tuple(last))), packed)


def unpack(packed: PackedState) -> GoalState | PlanState | None:
    """The state that :func:`pack` has packed.

    Raises:
        zlib.error, ValueError: it is none.
    """
    found = _Unpacked.model_validate_json(zlib.decompress(packed.state))
    if found.goal is None:
        return found.plan
    return found.goal.with_changes({"progress": Entries.joined(packed.entries, found.last)})


def _compressed(state: _Unpacked) -> bytes:
    return zlib.compress(state.model_dump_json(exclude_defaults=True).encode(), _ZLIB_LEVEL)
