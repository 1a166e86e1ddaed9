"""One sentence for each event: who did what, when it happened, and when it was recorded."""

from collections.abc import Sequence
from datetime import datetime

from events.event import Event, RecordedEvent
from events.time_zones import UTC_ZONE, time_zone
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


def who_did_what(recorded: RecordedEvent, changes: Sequence[Difference] = ()) -> str:
    """The middle of an event's sentence: “the patient p1 agreed to the goal”.

    Args:
        changes: What it changed exactly, where it is a revision, an amendment or a correction.
    """
    return f"{_who(recorded.event)} {deed(recorded.event.data, changes)}"


def sentence(done: str, happened: datetime, recorded_at: datetime, zone: str | None) -> str:
    """An event as a person reads it.

    Args:
        done: Who did what, as :func:`who_did_what` tells it.
        happened: When, as the sender wrote it: it is told on the sender's clock.
        recorded_at: When Cairn stored the event: it is told on the clinic's clock.
        zone: The plan's time zone; None without a plan, which is UTC.
    """
    stored = recorded_at.astimezone(time_zone(zone or UTC_ZONE))
    stop = "" if done.endswith(".”") else "."
    return f"On {minute(happened)} {done}{stop} Recorded on {minute(stored)}."


def _who(event: Event) -> str:
    if event.cause is not None:
        return "Cairn"
    return f"{_ROLES[event.actor.role]} {event.actor.id}{_entered(event)}"


def _entered(event: Event) -> str:
    enterer = event.enterer
    if enterer is None:
        return ""
    role = f"{_ROLES[enterer.role]} " if enterer.role in _ROLES else ""
    return f" (entered by {role}{enterer.id})"
