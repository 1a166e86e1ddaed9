"""What reading the whole log finds: every way in which a log can be unsound is told with its position."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from events.envelope import StoredMessage, to_body, to_headers
from events.event import RecordedEvent
from events.identity import LOG
from events.log.verification import Verification, Verifier
from tests.builders import active_goal, recorded
from tests.stored import in_nanoseconds


def _stored(events: Iterable[RecordedEvent]) -> list[StoredMessage]:
    return [
        StoredMessage(
            each.goal_id.on(LOG),
            each.position,
            in_nanoseconds(each.recorded_at),
            {**to_headers(each.event, each.version), "Nats-Sequence": "7"},
            to_body(each.event),
        )
        for each in events
    ]


def _verify(messages: Iterable[StoredMessage]) -> Verification:
    verifier = Verifier()
    for message in messages:
        verifier.take(message)
    return verifier.finish()


@pytest.fixture
def sound() -> list[StoredMessage]:
    return _stored(recorded(active_goal()))


def test_a_sound_log(sound: list[StoredMessage]) -> None:
    found = _verify(sound)
    assert found.sound
    assert (found.events, found.goals, found.position) == (4, 2, 4)


def test_a_missing_message(sound: list[StoredMessage]) -> None:
    found = _verify([sound[0], *sound[2:]])
    assert [finding.position for finding in found.findings] == [3, 3]
    assert "what was between is gone" in found.findings[0].detail
    assert "version 2 where 1 comes next" in found.findings[1].detail


def test_an_event_of_no_known_kind(sound: list[StoredMessage]) -> None:
    strange = sound[1]._replace(headers={**sound[1].headers, "ce-type": "cairn.goal.dreamt.v1"})
    found = _verify([sound[0], strange])
    assert "cannot be read" in found.findings[0].detail


def test_an_id_that_was_used_before(sound: list[StoredMessage]) -> None:
    events = recorded(active_goal())
    again = replace(events[2], event=replace(events[2].event, id=events[1].event.id))
    found = _verify(_stored([events[0], events[1], again]))
    assert [finding.detail for finding in found.findings] == ["has an id that an earlier event of its goal has"]


def test_the_digest_tells_a_changed_word(sound: list[StoredMessage]) -> None:
    changed = sound[1]._replace(data=sound[1].data.replace(b"dread", b"bread"))
    assert _verify(sound).digest != _verify([sound[0], changed, *sound[2:]]).digest


def test_the_digest_tells_a_changed_author(sound: list[StoredMessage]) -> None:
    changed = sound[1]._replace(headers={**sound[1].headers, "ce-actor": "someone-else"})
    assert _verify(sound).digest != _verify([sound[0], changed, *sound[2:]]).digest


def test_the_digest_leaves_out_what_a_server_adds(sound: list[StoredMessage]) -> None:
    moved = [each._replace(headers={**each.headers, "Nats-Sequence": "99"}) for each in sound]
    assert _verify(sound).digest == _verify(moved).digest
