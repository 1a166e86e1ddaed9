"""Flags: a flag points at something that deserves a second look; it refuses nothing."""

from events.vocabulary import Value


class Flag(Value):
    """A published code, and a sentence about this goal or plan."""

    code: str
    sentence: str
