"""How hard the English texts of the pages are to read."""

import pytest

from services.gateway.pages.reading_level import MOST_WORDS, english_sentences, level, sentences, syllables, words

HARDEST = 6.0
"""The grade that the texts stay below: eleven years of age. docs/pages.md states the one that is measured."""


@pytest.fixture(scope="module")
def english() -> list[str]:
    """Every sentence of the pages."""
    return english_sentences()


def test_no_sentence_is_longer_than_plain_english_allows(english: list[str]) -> None:
    assert [each for each in english if len(words(each)) > MOST_WORDS] == []


def test_the_texts_together_are_easy_to_read(english: list[str]) -> None:
    found = level(english)
    assert found.sentences > 50
    assert found.grade < HARDEST


def test_a_text_is_taken_apart_at_the_ends_of_its_sentences_without_what_is_put_in() -> None:
    said = "Waits for %(who)s, <b>54 days</b>. “Is that so?” Ask again …"
    assert list(sentences(said)) == ["Waits for name, 54 days.", "“Is that so?”", "Ask again …"]


@pytest.mark.parametrize(
    ("word", "number"),
    [("goal", 1), ("page", 1), ("told", 1), ("asked", 1), ("wanted", 2), ("simple", 2), ("agreed", 2)],
)
def test_syllables_are_counted_by_their_vowels(word: str, number: int) -> None:
    assert syllables(word) == number


def test_longer_words_and_longer_sentences_are_harder() -> None:
    easy = level(["You are here now."])
    longer = level(["You are here now and you will be here when the day is over."])
    harder = level(["Administrative documentation necessitates considerable simplification."])
    assert easy.grade < longer.grade < harder.grade
