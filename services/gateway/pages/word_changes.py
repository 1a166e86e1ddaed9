"""Two texts side by side, word by word: what is no longer there, and what is new."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

MAX_COMPARED_WORDS = 100
"""How many words of a text are compared one by one, without those that both begin or end with."""

_WITHOUT_SPACES = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff"
"""Letters of scripts that put no spaces between words: each is compared by itself, and Korean syllables with them."""
_WORD = re.compile(rf"[{_WITHOUT_SPACES}]|(?:(?![{_WITHOUT_SPACES}])\w)+(?:['’.,](?=\w)\w+)*|[^\w\s]")
_LETTERS = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text.

    Attributes:
        is_changed: Whether it is not in the other text.
    """

    text: str
    is_changed: bool


class WordChanges(NamedTuple):
    """Two texts in pieces. The pieces of each, put together, are the text."""

    was: Sequence[Piece]
    now: Sequence[Piece]


class _Word(NamedTuple):
    text: str
    begins: int
    ends: int


def word_changes(was: str, now: str) -> WordChanges:
    """What differs between two texts. A word in common that stands alone between two changes counts as changed."""
    before, after = _words(was), _words(now)
    kept_before, kept_after = set[int](), set[int]()
    for first_before, first_after, words in _in_common(before, after):
        kept_before.update(range(first_before, first_before + words))
        kept_after.update(range(first_after, first_after + words))
    return WordChanges(_pieces(was, before, kept_before), _pieces(now, after, kept_after))


def _words(text: str) -> list[_Word]:
    return [_Word(found[0], *found.span()) for found in _WORD.finditer(text)]


def _in_common(before: Sequence[_Word], after: Sequence[_Word]) -> list[tuple[int, int, int]]:
    """The runs of words that both have: where each begins in the first and in the second, and how long it is."""
    ours, theirs = [word.text for word in before], [word.text for word in after]
    shorter = min(len(ours), len(theirs))
    first = next((at for at in range(shorter) if ours[at] != theirs[at]), shorter)
    most = shorter - first
    last = next((at for at in range(most) if ours[-1 - at] != theirs[-1 - at]), most)
    ours, theirs = ours[first : len(ours) - last], theirs[first : len(theirs) - last]
    runs = [(0, 0, first), (len(before) - last, len(after) - last, last)]
    # Comparing takes the square of the words, and more for words that come up again and again.
    if max(len(ours), len(theirs)) <= MAX_COMPARED_WORDS:
        found = SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
        runs += [(first + a, first + b, size) for a, b, size in found if _is_telling(ours[a : a + size])]
    return runs


def _is_telling(run: Sequence[str]) -> bool:
    """Whether words between two changes are more than one word, so that they are worth telling apart."""
    return sum(bool(_LETTERS.match(word)) for word in run) > 1


def _pieces(text: str, words: Sequence[_Word], kept: set[int]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    told = 0
    at = 0
    while at < len(words):
        if at in kept:
            at += 1
            continue
        last = at
        while last + 1 < len(words) and last + 1 not in kept:
            last += 1
        if words[at].begins > told:
            pieces.append(Piece(text[told : words[at].begins], False))
        pieces.append(Piece(text[words[at].begins : words[last].ends], True))
        told, at = words[last].ends, last + 1
    if told < len(text):
        pieces.append(Piece(text[told:], False))
    return tuple(pieces)
