"""One event in its envelopes, and ways to change and refuse them."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

import pytest

from events.catalog import Json
from events.envelope import STRUCTURED, StoredMessage, read_recorded, to_body, to_headers
from events.errors import Rejected
from events.event import Event, RecordedEvent
from events.goal import types as g
from events.identity import LOG
from events.submission import read_submission
from events.vocabulary import Actor
from tests.builders import GOAL
from tests.stored import in_nanoseconds

BINARY = {
    "ce-specversion": "1.0",
    "ce-id": "e1",
    "ce-source": "urn:test",
    "ce-type": "cairn.goal.held.v1",
    "ce-subject": "northside.pt-1.walk",
    "ce-time": "2026-03-02T12:00:00+01:00",
    "ce-actor": "c1",
    "ce-actorrole": "clinician",
    "content-type": "application/json",
}
BODY = b'{"reason":"Hospital"}'
WHOLE: Json = {
    **{name.removeprefix("ce-"): value for name, value in BINARY.items() if name != "content-type"},
    "datacontenttype": "application/json",
    "data": {"reason": "Hospital"},
}
HELD = Event(
    goal_id=GOAL,
    source="urn:test",
    id="e1",
    time=datetime(2026, 3, 2, 12, tzinfo=timezone(timedelta(hours=1))),
    actor=Actor(id="c1", role="clinician"),
    data=g.Held(reason="Hospital"),
)


def binary(**changed: str | None) -> Event:
    """The event in binary mode, with headers changed, or taken away by None."""
    headers = {**BINARY, **{f"ce-{name}": value for name, value in changed.items()}}
    return read_submission(BODY, {name: value for name, value in headers.items() if value is not None}, GOAL)


def whole(**changed: object) -> Event:
    """The event in structured mode, with attributes changed."""
    return read_submission(json.dumps({**WHOLE, **changed}).encode(), {"content-type": STRUCTURED}, GOAL)


def refused(code: str, body: bytes, headers: Mapping[str, str] | None = None, *, field: str | None = None) -> Rejected:
    with pytest.raises(Rejected) as caught:
        read_submission(body, headers, GOAL)
    assert caught.value.code == code
    if field is not None:
        assert field in [error.field for error in caught.value.errors]
    return caught.value


def refused_whole(code: str, field: str | None = None, **changed: object) -> Rejected:
    return refused(code, json.dumps({**WHOLE, **changed}).encode(), field=field)


def stored(recorded_event: RecordedEvent) -> StoredMessage:
    """What the log hands out for an event."""
    event = recorded_event.event
    headers = {**to_headers(event, recorded_event.version), "Nats-Sequence": "7"}
    recorded_ns = in_nanoseconds(recorded_event.recorded_at)
    return StoredMessage(event.goal_id.on(LOG), recorded_event.position, recorded_ns, headers, to_body(event))


def read_back(recorded_event: RecordedEvent) -> RecordedEvent:
    """An event as it is read out of the log."""
    return read_recorded(stored(recorded_event))
