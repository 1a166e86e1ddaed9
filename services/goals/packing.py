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

_ZLIB_LEVEL = 3
USUAL = (
    b'"withdrawn":[{"entry":"","version":,"on":"","reason":"","actor":{"id":"","role":"family"},"at":""}],'
    b'"milestones":[{"milestone":"","text":"","due":"","met_on":""}],"change_requests":[{"request":"","answer":""}],'
    b'"contest":{"since":"","answered_by":"","answered_at":"","answer_text":""},"closing":{"before":""},"outcome":'
    b'"achieved","closed_level":,"raise_at_next_session":true,"supports":"","priority":"","smart":{"specific":"",'
    b'"measure":{"what":"","unit":"","target":,"per":"week","direction":"at_least"},"achievable":{"confidence":},'
    b'"relevant":"","due":"","for_weeks":},"gas":{"levels":{"-2":"","-1":"","0":"","1":"","2":""},"baseline":-2,'
    b'"importance":,"difficulty":},"relevance":,"interventions":[""],"clinical_target":"","template":{"id":"",'
    b'"version":},"external":[{"system":"","value":""}],"imported":true,{"goal":{"org":"","patient":"","goal":"",'
    b'"version":,"position":,"status":"active","statement":"","wording":"","kind":"process","horizon":"short_term",'
    b'"created_at":"2026-","updated_at":"2026-","created_by":{"id":"","role":"patient"},"agreed_by":["patient",'
    b'"clinician"],"agreements":[{"party":"clinician","actor":{"id":"","role":"clinician"},"at":"2026-T00:00:00Z"}],'
    b'"stood_behind":["patient","clinician"],"agreement_since":"2026-T00:00:00Z","status_on":"2026-","started_on":'
    b'"2026-","started_at":"2026-T00:00:00Z","review_every_days":,"next_review":{"due_on":"2026-","cause":"routine",'
    b'"sequence":},"reviews_scheduled":,"reviews":[{"version":,"position":,"on":"2026-","actor":{"id":"","role":'
    b'"clinician"},"participants":["patient","clinician"],"decision":"keep","level":,"note":""}],"revisions":[{'
    b'"version":,"at":"2026-T00:00:00Z","actor":{"id":"","role":"clinician"},"reason":"too_hard","fields":["wording",'
    b'"smart"]}]},"last":[{"entry":"","version":,"on":"2026-","actor":{"id":"","role":"patient"},"done":true,'
    b'"value":,"level":,"mood":5,"motivation":7,"note":"","setback":true,"setback_version":}'
)
"""What most states have in common, which takes no room in a packed one: it takes a third less for it. The commonest
stands last. It may be changed at any time; what was packed with another text cannot be unpacked (nor is it read)."""


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
    found = _Unpacked.model_validate_json(zlib.decompressobj(zdict=USUAL).decompress(packed.state))
    if found.goal is None:
        return found.plan
    return found.goal.with_changes({"progress": Entries.joined(packed.entries, found.last)})


def _compressed(state: _Unpacked) -> bytes:
    compressing = zlib.compressobj(_ZLIB_LEVEL, zdict=USUAL)
    return compressing.compress(state.model_dump_json(exclude_defaults=True).encode()) + compressing.flush()
