"""One sentence for each event: who did what, when it happened, and when it was recorded."""

from collections.abc import Sequence

from events.event import Event, RecordedEvent
from projections.audit_trail.differences import Difference
from projections.audit_trail.event_phrases import deed
from projections.audit_trail.words import minute

_ROLES = {
    "patient": "the patient",
    "clinician": "the clinician",
    "supervisor": "the supervisor",
    "family": "a family member",
    "system": "the system",
}


def sentence(recorded: RecordedEvent, changes: Sequence[Difference] = ()) -> str:
    """An event as a person reads it.

    Args:
        changes: What it changed exactly, where it is a revision, an amendment or a correction.
    """
    event = recorded.event
    # On the sender's clock, so that the two can be compared.
    stored = recorded.recorded_at.astimezone(event.time.tzinfo)
    return f"On {minute(event.time)} {_who(event)} {deed(event.data, changes)}. Recorded on {minute(stored)}."


def _who(event: Event) -> str:
    if event.cause is not None:
        return "Cairn"
    return f"{_ROLES[event.actor.role]} {event.actor.id}"
