"""Readings, and what the stream of their records holds."""

from datetime import UTC, datetime
from typing import Any

from events.access_record import ACCESS, ACCESS_STREAM, AccessRecord, decode_group, encode_group, encode_record
from events.envelope import StoredMessage
from events.log.client.replies import Replies
from events.log.client.resilient import ResilientClient
from events.log.reading import DirectReader
from tests.stored import in_nanoseconds

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def access_record(*patients: str, **others: Any) -> AccessRecord:  # Any: whatever a field takes
    """A clinician's reading of goals."""
    return AccessRecord.model_validate(
        {
            "request": "r1",
            "at": NOON,
            "reader": "dana",
            "kind": "person",
            "roles": ("clinician",),
            "channel": "http",
            "org": "north",
            "patients": patients,
            "reading": "goals",
            "operation": "one_goal",
            "interaction": "read",
            "purpose": "TREAT",
            **others,
        }
    )


def access_message(position: int, *group: AccessRecord, data: bytes | None = None) -> StoredMessage:
    """A message of the stream of the records."""
    body = encode_group([encode_record(each) for each in group]) if data is None else data
    return StoredMessage(f"{ACCESS}.{group[0].org if group else 'north'}", position, in_nanoseconds(NOON), {}, body)


async def access_messages(nc: ResilientClient, org: str = "*") -> list[StoredMessage]:
    """The messages of an organisation, or of all, as they are stored."""
    replies = Replies(nc)
    try:
        return await DirectReader(nc, replies, ACCESS_STREAM).after(f"{ACCESS}.{org}", 0)
    finally:
        await replies.close()


async def access_records(nc: ResilientClient, org: str = "*") -> list[AccessRecord]:
    """The records of an organisation, or of all, in the order of the stream."""
    return [record for message in await access_messages(nc, org) for record in decode_group(message.data)]
