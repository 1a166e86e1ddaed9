"""A later version of an Observation that is known as an entry: which event corrects or withdraws the entry."""

from typing import Any, NamedTuple

from events.goal import types as t
from events.goal.entries import ProgressEntry
from events.payload import Payload

_FIELDS = ("on", *t.ProgressFields.model_fields)
_CORRECTED = "The Observation was amended in the other system (FHIR import)."
_WITHDRAWN = "The Observation was entered in error in the other system (FHIR import)."


class Correction(NamedTuple):
    """What a later version comes to: an event, or none; and the fields that differ and are not corrected, with why."""

    payload: Payload | None = None
    changed: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()


def correction_of(new: t.ProgressLogged, elsewhere: ProgressEntry | None, current: ProgressEntry) -> Correction:
    """How an entry gets from what it says to what the later version says.

    Args:
        elsewhere: The entry as the other system last had it; None for one that no import brought.
        current: The entry as it is in Cairn.
    """
    changes: dict[str, Any] = {}  # the fields of an entry, whatever their types
    differs: list[str] = []
    for name in _FIELDS:
        value, now = getattr(new, name), getattr(current, name)
        before = getattr(elsewhere, name) if elsewhere is not None else None
        if value == now or (elsewhere is not None and value == before):
            continue
        if elsewhere is not None and now == before:
            changes[name] = value
        elif elsewhere is None:
            differs.append(f"{name}: the entry was made in Cairn")
        else:
            differs.append(f"{name}: it was corrected in Cairn as well")
    if not changes:
        return Correction(differs=tuple(differs))
    corrected = t.ProgressCorrected.model_validate({"entry": new.entry, **changes, "reason": _CORRECTED})
    return Correction(corrected, tuple(changes), tuple(differs))


def withdrawal_of(entry: str) -> t.ProgressWithdrawn:
    """The event that takes an entry back."""
    return t.ProgressWithdrawn(entry=entry, reason=_WITHDRAWN)
