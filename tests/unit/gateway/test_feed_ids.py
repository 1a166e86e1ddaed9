"""Ids of the live feed say where an event is, and which event it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from events.envelope import StoredMessage
from events.leaf import fingerprint
from services.gateway.feed_ids import BadFeedId, FeedId, decode, encode, is_of


def message(position: int, data: bytes = b"{}", recorded_ns: int = 1) -> StoredMessage:
    return StoredMessage("cairn.log.org.p1.g1", position, recorded_ns, {}, data)


@given(some.integers(1, 2**63 - 1), some.binary(max_size=20))
def test_an_id_gives_back_its_position_and_knows_its_event(position: int, data: bytes) -> None:
    stored = message(position, data)

    found = decode(encode(stored))

    assert found.position == position
    assert is_of(found, fingerprint(stored))


def test_an_id_is_the_position_with_nine_digits_behind_it() -> None:
    assert encode(message(480)).startswith("480")
    assert all(len(encode(message(480, bytes([number])))) == 12 for number in range(256))


@pytest.mark.parametrize("other", [message(480, b"{ }"), message(480, recorded_ns=2)])
def test_another_event_at_the_same_position_has_another_id(other: StoredMessage) -> None:
    found = decode(encode(message(480)))

    assert not is_of(found, fingerprint(other))


@pytest.mark.parametrize("text", ["0", "480", "999999999"])
def test_a_small_integer_is_a_position_alone_which_any_event_may_have(text: str) -> None:
    found = decode(text)

    assert found == FeedId(int(text), None)
    assert is_of(found, fingerprint(message(480)))


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5", " 480", "\uff14\uff18\uff10", "9" * 29])
def test_anything_else_is_no_id(text: str) -> None:
    with pytest.raises(BadFeedId):
        decode(text)
