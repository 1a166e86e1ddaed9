"""Two texts side by side: what differs is marked word by word, and every letter of both stays in its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.pages import word_changes as module
from services.gateway.pages.word_changes import Piece, word_changes


def marked(pieces: object) -> str:
    return "".join(f"[{piece.text}]" if piece.is_changed else piece.text for piece in pieces)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("was", "now", "shown_was", "shown_now"),
    [
        ("at least 3 evenings a week", "at least 6 evenings a week", "at least [3] evenings", "at least [6] evenings"),
        ("go to the park", "go to the park", "go to the park", "go to the park"),
        ("", "all of it is new", "", "[all of it is new]"),
        ("all of it is gone", "", "[all of it is gone]", ""),
        ("only spaces", "only  spaces", "only spaces", "only  spaces"),
        ("I don’t call", "I do call", "I [don’t] call", "I [do] call"),
        ("walk, then eat", "walk; then eat", "walk[,] then", "walk[;] then"),
        ("أمشي كل يوم", "أمشي كل أسبوع", "أمشي كل [يوم]", "أمشي كل [أسبوع]"),
        ("我想每天散步", "我想每周散步两次", "我想每[天]散步", "我想每[周]散步[两次]"),
        ("<b>three</b>", "<b>four</b>", "<b>[three]</b>", "<b>[four]</b>"),
    ],
)
def test_what_differs_is_marked(was: str, now: str, shown_was: str, shown_now: str) -> None:
    changes = word_changes(was, now)

    assert shown_was in marked(changes.was)
    assert shown_now in marked(changes.now)


def test_a_word_in_common_that_stands_alone_between_two_changes_counts_as_changed() -> None:
    changes = word_changes("I want to be a good dad again", "I want to be there for a kid again")

    assert marked(changes.was) == "I want to be [a good dad] again"
    assert marked(changes.now) == "I want to be [there for a kid] again"


def test_two_words_in_common_between_changes_stay_as_they_are() -> None:
    changes = word_changes("ring on weekdays at noon daily", "call on weekdays before bed daily")

    assert marked(changes.was) == "[ring] on weekdays [at noon] daily"


def test_of_a_long_part_that_differs_all_counts_as_changed() -> None:
    most = module.MAX_COMPARED_WORDS
    was = " ".join(["begin", *(f"old{number} same thing" for number in range(most)), "end"])
    now = was.replace("old", "new")

    assert [piece.is_changed for piece in word_changes(was, now).was] == [False, True, False]
    assert word_changes(was, now).was[0] == Piece("begin ", False)


TEXTS = st.text(alphabet="ab ,\n我ء<&”", max_size=60)


@given(TEXTS, TEXTS)
def test_the_pieces_put_together_are_the_texts(was: str, now: str) -> None:
    changes = word_changes(was, now)

    assert "".join(piece.text for piece in changes.was) == was
    assert "".join(piece.text for piece in changes.now) == now


@given(TEXTS)
def test_nothing_is_marked_where_nothing_differs(text: str) -> None:
    assert not any(piece.is_changed for piece in (*word_changes(text, text).was, *word_changes(text, text).now))
