"""Lists without what people said: the states, days and counts of those who may read no words."""

from typing import Any

WORDS = frozenset({"statement", "wording", "text", "measure", "before", "after"})
"""The fields of Today, reviews, caseloads, awaited words and evidence that hold what somebody said."""


def without_words(told: Any) -> Any:  # Any: JSON as the queries give it
    """The same JSON with null in the place of each text that somebody said."""
    if isinstance(told, dict):
        return {name: None if name in WORDS else without_words(value) for name, value in told.items()}
    if isinstance(told, list):
        return [without_words(each) for each in told]
    return told
