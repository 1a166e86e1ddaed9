"""How hard the English texts of the pages are to read: words a sentence, and the grade by Flesch and Kincaid (1975).

    python -m services.gateway.pages.reading_level

The grade is that of all whole sentences together. It counts syllables by groups of
vowels, as the usual tools do, so it is an estimate; what patients write is not in it.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from services.gateway.pages.catalogues import texts

MOST_WORDS = 25
"""The most words of a sentence (plain English for people in distress; `docs/pages.md`)."""
_EASIEST = 1559 / 100
"""What the formula takes away from every grade."""
_PLACE = re.compile(r"%\(([a-z_]+)\)s")
_TAG = re.compile(r"<[^>]+>")
_END = re.compile(r"(?:(?<=[.?!…])|(?<=[.?!…][”’)]))\s+")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9'’-]*")
_VOWELS = re.compile(r"[aeiouy]+")
_IS_SENTENCE = re.compile(r"[.?!][”’)]*$")
_CODE = re.compile(r"[A-Z]+_[A-Z_]+|(?<![A-Za-z])--?[a-z-]+|https?\S*")


class Level(NamedTuple):
    """How hard some sentences are to read.

    Attributes:
        grade: The years of school in the United States after which most can read them.
    """

    sentences: int
    words: int
    grade: float


def sentences(message: str) -> Iterator[str]:
    """The sentences of a text; a name takes the place of what is put in, and no mark-up is left."""
    said = _PLACE.sub("name", _TAG.sub("", message))
    for sentence in _END.split(said):
        if _WORD.search(sentence):
            yield sentence


def words(sentence: str) -> list[str]:
    """The words of a sentence."""
    return _WORD.findall(sentence)


def syllables(word: str) -> int:
    """How many syllables a word has, by its groups of vowels; a silent e at the end is none."""
    lower = word.lower().replace("’", "'").partition("'")[0]
    count = len(_VOWELS.findall(lower))
    if lower.endswith("e") and not lower.endswith(("le", "ee")) and count > 1:
        count -= 1
    if lower.endswith("ed") and not lower.endswith(("ted", "ded", "eed")) and count > 1:
        count -= 1
    return max(1, count)


def level(said: Iterable[str]) -> Level:
    """How hard sentences are to read. What is no sentence, such as a heading, would make it look easier than it is."""
    counted = [words(each) for each in said if _IS_SENTENCE.search(each)]
    every = [word for found in counted for word in found]
    if not every:
        return Level(0, 0, 0.0)
    grade = 0.39 * len(every) / len(counted) + 11.8 * sum(map(syllables, every)) / len(every) - _EASIEST
    return Level(len(counted), len(every), round(grade, 1))


def english_sentences() -> list[str]:
    """Every sentence that the pages say in English."""
    found = []
    for message in texts():
        if message.id:
            forms = [message.id] if isinstance(message.id, str) else list(message.id)
            found += [sentence for form in forms for sentence in sentences(_CODE.sub("name", form))]
    return found


if __name__ == "__main__":
    every = english_sentences()
    print(level(every))
    for longest in sorted(every, key=lambda each: -len(words(each)))[:5]:
        print(len(words(longest)), longest)
