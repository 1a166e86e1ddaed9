"""How large a patient's words are set: on pages and on paper, which are composed without a language's terms."""

from typing import Literal

WordsSize = Literal["short", "long", "longer"]
"""How long words are that a page begins with; longer ones are set smaller, so that what follows stays in sight."""
_LONG_WORDS, _LONGER_WORDS = 90, 240


def words_size(words: str) -> WordsSize:
    """How large words are set beside other text."""
    if len(words) <= _LONG_WORDS:
        return "short"
    return "long" if len(words) <= _LONGER_WORDS else "longer"
