"""In which size a sheet is set, so that it is one page of A4 and of Letter alike: its text shrinks in a few steps.

Which font a printer's machine has is not known, so this is an estimate for a wide one. What is too much for the
smallest size, which is still easy to read, goes on to a second page.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from services.gateway.pages.words_size import words_size

Form = Literal["usual", "large", "simple"]
Size = Literal[1, 2, 3]
Paper = Literal["a4", "letter"]
_NUMBERS: tuple[Size, Size, Size] = (1, 2, 3)

SIZES: dict[Form, tuple[float, float, float]] = {
    "usual": (14.0, 12.5, 11.0),
    "large": (20.0, 18.0, 16.0),
    "simple": (20.0, 18.0, 16.0),
}
"""The points of the text in each size of each form: as `style.css` has them. Large print is 16 points and more."""
_WIDTH, _HEIGHT = 500.0, 690.0
"""Points between the margins, whichever paper it is: the width of A4 and the height of Letter."""
_EM_OF_A_CHARACTER = 0.54
"""Of the mean character of a wide font."""
_STONE: dict[Form, float] = {"usual": 3.0, "large": 2.4, "simple": 3.0}
"""How high a stone is, in the size of the text."""
_GAP = 12.0
_STEP_BESIDE, _WIN_BESIDE = 110.0, 34.0
"""How wide stones are beside their text."""


@dataclass(frozen=True, slots=True)
class Texts:
    """What stands on a sheet, as far as its length goes.

    Attributes:
        words: In which the goal is said.
        steps: Each with whether a mark stands above it.
        week: The lines about the week.
        piles: How many lines have stones below.
        wins: What went well.
    """

    words: str
    steps: Sequence[tuple[str, bool]]
    week: Sequence[str]
    piles: int
    wins: Sequence[str]
    question: str


def fitted(form: Form, texts: Texts) -> tuple[Size, bool, int]:
    """The largest size in which a sheet is one page, whether it is one, and how many of the wins stand on it.

    Where not even the smallest size makes it one page, the older wins stay away; one always stands there.
    """
    for wins in range(len(texts.wins), 0, -1) if texts.wins else (0,):
        fewer = replace(texts, wins=texts.wins[:wins])
        for size, points in zip(_NUMBERS, SIZES[form], strict=True):
            if _height(points, fewer, _STONE[form]) <= _HEIGHT:
                return size, True, wins
    return _NUMBERS[-1], False, len(texts.wins)


def _height(points: float, texts: Texts, stone: float) -> float:
    words = points * {"short": 1.7, "long": 1.35, "longer": 1.1}[words_size(texts.words)]
    said, heading = points * 1.1, points * 1.45
    parts = [
        points * 1.2,
        _lines(texts.words, words, _WIDTH) * words * 1.2,
        *([heading] if texts.steps else []),
        *(_step(text, said, points, stone * points, marked=marked) for text, marked in texts.steps),
        heading,
        *(_lines(text, points, _WIDTH) * points * 1.35 for text in texts.week),
        texts.piles * 28.0,
        *([heading] if texts.wins else []),
        *(_lines(text, said, _WIDTH - _WIN_BESIDE) * said * 1.35 + 3 for text in texts.wins),
        18 + _lines(texts.question, points * 1.4, _WIDTH) * points * 1.4 * 1.3 + 51,
    ]
    return sum(parts) + 5 * _GAP


def _step(text: str, said: float, points: float, least: float, *, marked: bool) -> float:
    mark = points * 1.35 if marked else 0
    return max(least, mark + _lines(text, said, _WIDTH - _STEP_BESIDE) * said * 1.35 + 3) + 1


def _lines(text: str, points: float, width: float) -> int:
    """How many lines a text takes: a paragraph ends one, and a word that does not fit any more begins another one."""
    em = width / points
    count = 0
    for paragraph in text.splitlines() or [""]:
        # A little is lost where lines end.
        length = sum(_ems(character) for character in paragraph) * (1.0 if len(paragraph) < 20 else 1.06)
        count += max(1, int(-(-length // em)))
    return count


def _ems(character: str) -> float:
    return 1.0 if unicodedata.east_asian_width(character) in "WF" else _EM_OF_A_CHARACTER
