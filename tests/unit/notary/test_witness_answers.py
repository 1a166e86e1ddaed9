"""Every answer that a witness can give has its consequence."""

import pytest

from events.transparency.checkpoints import Checkpoint, cosigned
from events.transparency.keys import COSIGNATURE, NOTE, SignerKey
from events.transparency.merkle import EMPTY_ROOT
from events.transparency.notes import signed
from services.notary.verify_history import CLOCK_SECONDS
from services.notary.witness_answers import (
    MAX_CLOCK_SECONDS,
    SIZE_TYPE,
    Alarm,
    AnotherSize,
    Cosigned,
    Fork,
    TryLater,
    WitnessAnswer,
    read_answer,
)

LOG = SignerKey("clinic.example/tlog/7f3k2m9q-1", NOTE, bytes(32))
WITNESS = SignerKey("witness.example/w1", COSIGNATURE, bytes(range(32)))
ANOTHER = SignerKey("witness.example/w2", COSIGNATURE, bytes(range(1, 33)))
NOTE_SENT = signed(Checkpoint(LOG.name, 0, EMPTY_ROOT).text, LOG)
OLDER = signed(Checkpoint(LOG.name, 1, EMPTY_ROOT).text, LOG)
NOW = 1_800_000_000
LINE = cosigned(NOTE_SENT, WITNESS, NOW)


def answer(status: int, body: str = "", media_type: str = "text/plain") -> WitnessAnswer:
    return read_answer(status, media_type, body.encode(), 7, NOTE_SENT, WITNESS.verifier, NOW)


def test_its_cosignature_is_taken_and_other_lines_are_passed_over() -> None:
    other = cosigned(NOTE_SENT, ANOTHER, 1_800_000_000)

    assert answer(200, f"{other}\n{LINE}\n") == Cosigned(LINE)


@pytest.mark.parametrize(
    "body",
    ["", "no line\n", f"{cosigned(NOTE_SENT, ANOTHER, 1)}\n", f"{cosigned(OLDER, WITNESS, 1)}\n"],
    ids=["nothing", "no line", "of another witness", "of another checkpoint"],
)
def test_an_answer_without_its_cosignature_is_an_alarm(body: str) -> None:
    assert isinstance(answer(200, body), Alarm)


@pytest.mark.parametrize(
    ("seconds", "where"), [(301, "301 s ahead of"), (-21_600, "21,600 s behind")], ids=["ahead", "behind"]
)
def test_a_cosignature_of_another_time_than_ours_is_an_alarm(seconds: int, where: str) -> None:
    """It would stay for ever, and have an honest log look as if events had been put in later, or before their time."""
    found = answer(200, f"{cosigned(NOTE_SENT, WITNESS, NOW + seconds)}\n")
    assert isinstance(found, Alarm)
    assert f"its clock is {where} this machine's" in found.reason

    near = cosigned(NOTE_SENT, WITNESS, NOW + (300 if seconds > 0 else -300))
    assert answer(200, f"{near}\n") == Cosigned(near)
    assert MAX_CLOCK_SECONDS == CLOCK_SECONDS, "what is published is no contradiction to whoever checks it"


def test_another_size_is_a_number_and_nothing_else() -> None:
    assert answer(409, "257\n", SIZE_TYPE) == AnotherSize(257)
    for body in ("", "-1\n", "0257\n", "2 57\n", "٣\n"):
        assert isinstance(answer(409, body, SIZE_TYPE), Alarm)


def test_the_very_size_that_was_said_is_a_fork_as_the_first_release_of_the_protocol_says_it() -> None:
    assert answer(409, "7\n", SIZE_TYPE) == Fork()


@pytest.mark.parametrize(("status", "body", "media_type"), [(409, "0\n", SIZE_TYPE), (409, "", ""), (422, "", "")])
def test_one_that_has_cosigned_nothing_has_cosigned_no_other_tree(status: int, body: str, media_type: str) -> None:
    found = read_answer(status, media_type, body.encode(), 0, NOTE_SENT, WITNESS.verifier, NOW)
    assert isinstance(found, Alarm)


@pytest.mark.parametrize("status", [409, 422])
def test_what_is_no_extension_is_a_fork(status: int) -> None:
    assert answer(status) == Fork()


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_what_may_pass_is_tried_later(status: int) -> None:
    assert answer(status) == TryLater()


@pytest.mark.parametrize(
    ("body", "media_type", "reason"),
    [
        ("The records are older.\n", "text/plain", "it says: The records are older."),
        ("x" * 1000, "text/plain", f"it says: {'x' * 200}"),
        ("", "text/plain", "it does not answer, or asks to be asked later"),
        ("two\nlines", "text/plain", "it does not answer, or asks to be asked later"),
        ("<h1>503</h1>", "text/html", "it does not answer, or asks to be asked later"),
    ],
)
def test_what_it_says_to_that_is_passed_on_where_it_is_a_line_of_text(body: str, media_type: str, reason: str) -> None:
    found = answer(503, body, media_type)
    assert isinstance(found, TryLater)
    assert found.reason == reason


@pytest.mark.parametrize(
    ("status", "why"), [(400, "cannot read"), (403, "rotated"), (404, "not registered"), (302, "302"), (999, "later")]
)
def test_what_people_have_to_put_right_is_an_alarm(status: int, why: str) -> None:
    found = answer(status)
    assert isinstance(found, TryLater) if why == "later" else why in getattr(found, "reason", "")
