"""What reading the whole log finds: every way in which a log can be unsound is told with its position."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from typing import NamedTuple

import pytest

from events.envelope import StoredMessage
from events.event import RecordedEvent
from events.goal import types as g
from events.leaf import hole, leaf_of, raw_of
from events.log.client.headers import headers_of
from events.log.digest import EarlierDigest, FirstChain
from events.log.findings import Verification
from events.log.reading import Batch
from events.log.verification import Verifier, verified
from tests.builders import GOAL, NOON, active_goal, event, recorded
from tests.stored import as_message, stored

Change = Callable[[StoredMessage], StoredMessage]


class Extent(NamedTuple):
    last: int
    messages: int


def _verify(
    messages: Iterable[StoredMessage], extent: Extent | None = None, earlier: EarlierDigest | None = None
) -> Verification:
    verifier = Verifier(earlier=earlier)
    for message in messages:
        verifier.take(message)
    return verifier.finish(extent)


def _kinds(found: Verification) -> list[tuple[str, int]]:
    return [(finding.kind, finding.position) for finding in found.findings]


@pytest.fixture
def sound() -> list[StoredMessage]:
    return stored(active_goal())


def test_a_sound_log(sound: list[StoredMessage]) -> None:
    found = _verify(sound)
    assert found.sound
    assert (found.events, found.goals, found.position) == (4, 2, 4)


def test_a_missing_message(sound: list[StoredMessage]) -> None:
    found = _verify([sound[0], *sound[2:]], Extent(4, 3))
    assert _kinds(found) == [("missing", 2), ("version", 3)]
    assert "position 2 is missing" in found.findings[0].detail
    assert "version 2 where 1 comes next" in found.findings[1].detail
    assert (found.missing, found.position) == (1, 4)


def test_a_run_of_missing_messages_is_one_finding(sound: list[StoredMessage]) -> None:
    found = _verify([sound[0]._replace(position=7)], Extent(7, 1))
    assert _kinds(found) == [("missing", 1)]
    assert "positions 1 to 6 are missing" in found.findings[0].detail
    assert (found.first, found.missing) == (7, 6)


def test_messages_that_are_missing_at_the_end(sound: list[StoredMessage]) -> None:
    found = _verify(sound, Extent(6, 4))
    assert _kinds(found) == [("missing", 5)]
    assert "positions 5 to 6 are missing" in found.findings[0].detail
    assert found.position == 6


def test_a_stream_that_counts_other_messages_than_can_be_read(sound: list[StoredMessage]) -> None:
    assert _kinds(_verify(sound, Extent(4, 3))) == [("count", 4)]


def test_a_stream_that_counts_messages_of_which_none_can_be_read() -> None:
    found = _verify([], Extent(478, 477))
    assert _kinds(found) == [("missing", 1), ("count", 478)]


def test_an_endless_run_of_missing_messages_is_reported_and_not_hashed(sound: list[StoredMessage]) -> None:
    found = _verify([sound[0]._replace(position=2**60)], Extent(2**60, 1))
    assert [kind for kind, _ in _kinds(found)] == ["missing", "unread"]


async def test_a_server_that_hands_out_no_more(sound: list[StoredMessage], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("events.log.bounded_reading._SILENCE_SECONDS", 0.05)
    *_, found = [found async for found in verified(_stopping(sound[:2]), Extent(4, 4), Verifier())]
    assert _kinds(found) == [("unread", 2)]
    assert not found.sound


async def test_the_reading_ends_where_the_last_message_is_missing(
    sound: list[StoredMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("events.log.bounded_reading._LAGGING_SECONDS", 0.05)
    *_, found = [found async for found in verified(_stopping(sound, ended=True), Extent(5, 4), Verifier())]
    assert _kinds(found) == [("missing", 5)]


async def test_what_is_recorded_meanwhile_is_not_checked(sound: list[StoredMessage]) -> None:
    *_, found = [found async for found in verified(_stopping(sound), Extent(3, 3), Verifier())]
    assert (found.events, found.position, found.sound) == (3, 3, True)


def test_an_event_of_no_known_kind(sound: list[StoredMessage]) -> None:
    strange = sound[1]._replace(headers={**sound[1].headers, "ce-type": "cairn.goal.dreamt.v1"})
    found = _verify([sound[0], strange])
    assert _kinds(found) == [("unreadable", 2)]
    assert "cannot be read" in found.findings[0].detail


class TestAMessageThatWasVoided:
    def _log(self, sound: list[StoredMessage], position: int, version: int) -> list[StoredMessage]:
        """The last message replaced by one that cannot be read, and an event behind it that voids a position."""
        spoilt = sound[3]._replace(data=b"{")
        void = event(GOAL, g.Voided(position=position, reason="of another program"), role="system")
        return [*sound[:3], spoilt, as_message(RecordedEvent(void, 5, version, NOON))]

    def test_is_no_finding_but_a_note(self, sound: list[StoredMessage]) -> None:
        found = _verify(self._log(sound, position=4, version=3), Extent(5, 5))
        assert found.sound, found.findings
        assert [(note.kind, note.position) for note in found.notes] == [("void", 4)]

    def test_may_have_been_counted_by_a_newer_version_that_could_read_it(self, sound: list[StoredMessage]) -> None:
        *before, void = self._log(sound, position=4, version=4)
        agreed = as_message(RecordedEvent(event(GOAL, g.Agreed()), 5, 4, NOON))
        assert _verify([*before, agreed, void._replace(position=6)]).sound

    def test_cannot_be_one_that_can_be_read(self, sound: list[StoredMessage]) -> None:
        assert _kinds(_verify(self._log(sound, position=3, version=3))) == [("void", 5), ("unreadable", 4)]

    def test_cannot_be_another_goal_s(self, sound: list[StoredMessage]) -> None:
        *before, void = self._log(sound, position=4, version=3)
        other = GOAL.on("cairn.log").replace("walk", "swim")
        elsewhere = void._replace(subject=other, headers={**void.headers, "ce-version": "1"})
        found = _verify([*before, elsewhere._replace(headers={**elsewhere.headers, "ce-subject": other[10:]})])
        assert _kinds(found) == [("void", 5), ("unreadable", 4)]


def test_an_event_under_another_goal_s_subject(sound: list[StoredMessage]) -> None:
    moved = sound[1]._replace(headers={**sound[1].headers, "ce-subject": "southside.pt-9.walk"})
    assert _kinds(_verify([sound[0], moved, *sound[2:]])) == [("subject", 2)]


def test_an_event_that_names_no_goal(sound: list[StoredMessage]) -> None:
    headers = {name: value for name, value in sound[1].headers.items() if name != "ce-subject"}
    assert _kinds(_verify([sound[0], sound[1]._replace(headers=headers), *sound[2:]])) == [("subject", 2)]


def test_an_id_that_was_used_before(sound: list[StoredMessage]) -> None:
    events = recorded(active_goal())
    again = replace(events[2], event=replace(events[2].event, id=events[1].event.id))
    found = _verify([as_message(each) for each in (events[0], events[1], again)])
    assert [finding.detail for finding in found.findings] == ["has an id that an earlier event of its goal has"]


@pytest.mark.parametrize(
    "change",
    [
        lambda message: message._replace(data=message.data.replace(b"dread", b"bread")),
        lambda message: message._replace(headers={**message.headers, "ce-actor": "someone-else"}),
        lambda message: message._replace(recorded_ns=message.recorded_ns + 1),
        lambda message: message._replace(subject=message.subject.replace("walk", "talk")),
    ],
    ids=["a word", "an author", "a nanosecond", "a subject"],
)
def test_the_digest_tells_a_change_of(sound: list[StoredMessage], change: Change) -> None:
    assert _verify(sound).digest != _verify([sound[0], change(sound[1]), *sound[2:]]).digest


def test_the_digest_leaves_out_what_a_server_adds(sound: list[StoredMessage]) -> None:
    moved = [each._replace(headers={**each.headers, "Nats-Sequence": "99"}) for each in sound]
    assert _verify(sound).digest == _verify(moved).digest


def test_the_digest_is_a_chain_of_leaves_and_holes(sound: list[StoredMessage]) -> None:
    chain = b""
    for each in (leaf_of(raw_of(sound[0])), hole(2), leaf_of(raw_of(sound[2])), hole(4)):
        chain = hashlib.sha256(chain + each).digest()
    found = _verify([sound[0], sound[2]], Extent(4, 2))
    assert (found.digest, found.digest_version) == (chain.hex(), "v2")


class TestSinceAnEarlierDigest:
    def test_the_log_that_went_on_is_the_same(self, sound: list[StoredMessage]) -> None:
        before = _verify(sound[:2])
        found = _verify(sound, earlier=EarlierDigest(2, before.digest, "v2"))
        assert found.sound
        assert found.compared is not None
        assert found.compared.same

    def test_a_log_that_was_changed_before_it_is_another(self, sound: list[StoredMessage]) -> None:
        before = _verify(sound[:2])
        changed = sound[1]._replace(recorded_ns=sound[1].recorded_ns + 1)
        found = _verify([sound[0], changed, *sound[2:]], earlier=EarlierDigest(2, before.digest, "v2"))
        assert _kinds(found) == [("changed", 2)]

    def test_a_log_that_was_changed_behind_it_is_the_same_up_to_it(self, sound: list[StoredMessage]) -> None:
        before = _verify(sound[:2])
        changed = sound[2]._replace(recorded_ns=sound[2].recorded_ns + 1)
        assert _verify([*sound[:2], changed], earlier=EarlierDigest(2, before.digest, "v2")).sound

    def test_a_message_that_has_gone_missing_since_makes_it_another(self, sound: list[StoredMessage]) -> None:
        before = _verify(sound)
        found = _verify(sound[:3], Extent(4, 3), earlier=EarlierDigest(4, before.digest, "v2"))
        assert _kinds(found) == [("missing", 4), ("changed", 4)]

    def test_a_log_that_ends_before_it(self, sound: list[StoredMessage]) -> None:
        before = _verify(sound)
        found = _verify(sound[:3], Extent(3, 3), earlier=EarlierDigest(4, before.digest, "v2"))
        assert _kinds(found) == [("shorter", 3)]

    def test_an_empty_log_had_nothing_to_change(self, sound: list[StoredMessage]) -> None:
        assert _verify(sound, earlier=EarlierDigest(0, "", "v2")).sound

    def test_one_of_an_earlier_version_is_borne_out_where_a_name_stands_twice(self, sound: list[StoredMessage]) -> None:
        """That was made of the last of each name, and says nothing of the others."""
        block = raw_of(sound[1]).headers
        twice = headers_of(block[:-2] + b"ce-id: again\r\n\r\n")
        log = [sound[0], sound[1]._replace(headers=twice), *sound[2:]]
        before = _verify([sound[0], sound[1]._replace(headers=dict(twice)), sound[2]])
        earlier = EarlierDigest(3, before.digest, "v2")
        changed = [*log[:2], log[2]._replace(recorded_ns=log[2].recorded_ns + 1)]

        assert _verify(log[:3]).digest != before.digest
        assert _kinds(_verify(log, earlier=earlier)) == []
        assert _kinds(_verify(changed, earlier=earlier)) == [("changed", 3)]

    def test_version_1_of_the_digest_is_compared_too(self, sound: list[StoredMessage]) -> None:
        chain = FirstChain()
        for each in sound[:3]:
            chain.take(each)
        earlier = EarlierDigest(3, chain.digest, "v1")
        changed = sound[1]._replace(data=sound[1].data.replace(b"dread", b"bread"))
        assert _verify(sound, earlier=earlier).sound
        assert _kinds(_verify([sound[0], changed, *sound[2:]], earlier=earlier)) == [("changed", 3)]


async def _stopping(messages: list[StoredMessage], *, ended: bool = False) -> AsyncIterator[Batch]:
    """A reader that hands out nothing more, and may say before that it has come to the end."""
    yield Batch(tuple(messages), 9)
    if ended:
        yield Batch((), 9)
    await asyncio.Event().wait()
