"""An event is blinded without being another event for it."""

from dataclasses import replace

from events.blinding import BLIND, decode_blind, encode_blind
from events.envelope import StoredMessage, read_recorded, to_body, to_headers
from events.leaf import leaf_of, raw_of
from events.submission import read_submission
from tests.builders import GOAL, entry, event, recorded
from tests.stored import as_message

HELD = event(GOAL, entry("first", note="I slept well"), id="1")
BLINDED, OTHERWISE = bytes(range(16)), bytes(range(1, 17))


def message(blind: bytes) -> StoredMessage:
    (held,) = recorded([HELD])
    return as_message(held)._replace(headers=to_headers(HELD, 1, blind))


def test_a_blind_is_the_last_of_the_headers() -> None:
    headers = to_headers(replace(HELD, extensions={"comment": "x"}), 1, BLINDED)

    assert list(headers.items())[-1] == (BLIND, "AAECAwQFBgcICQoLDA0ODw")
    assert decode_blind(encode_blind(BLINDED).encode()) == BLINDED


def test_an_event_reads_the_same_with_a_blind_and_without() -> None:
    assert read_recorded(message(BLINDED)) == read_recorded(message(b""))


def test_whoever_does_not_know_the_blind_cannot_guess_headers_or_body_by_their_hashes() -> None:
    hashes = [leaf_of(raw_of(message(blind)))[-64:] for blind in (b"", BLINDED, OTHERWISE)]

    assert len({each[:32] for each in hashes} | {each[32:] for each in hashes}) == 6


def test_a_blind_that_is_submitted_is_not_heard() -> None:
    submitted = read_submission(to_body(HELD), to_headers(HELD, 1, BLINDED), GOAL)

    assert submitted == HELD
    assert BLIND not in to_headers(submitted, 1)
