"""Stored events as tests insert them."""

from uuid import UUID

from eventsourcing.persistence import StoredEvent


def stored(originator_id: UUID | str, *versions: int, topic: str = "goals:Goal.Reviewed") -> list[StoredEvent]:
    """Events of one originator, in this order."""
    return [StoredEvent(originator_id, version, topic, f"state {version}".encode()) for version in versions]


def versions_of(events: object) -> list[int]:
    """The versions of stored events, in their order."""
    assert isinstance(events, list)
    return [event.originator_version for event in events]
