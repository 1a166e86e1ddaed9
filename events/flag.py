"""Flags: a flag points at something that deserves a second look; it refuses nothing."""

from collections.abc import Iterable
from typing import Literal

from events.vocabulary import Value

Audience = Literal["patient", "staff"]
"""Whom a sentence is written for. What is for staff never stands where the patient reads; staff read both."""


class Flag(Value):
    """A published code, a sentence about this goal or plan, and whom the sentence is for."""

    code: str
    sentence: str
    audience: Audience = "staff"


def for_the_patient(flags: Iterable[Flag]) -> list[Flag]:
    """Those of some flags that may stand where the patient reads."""
    return [flag for flag in flags if flag.audience == "patient"]
