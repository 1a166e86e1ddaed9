"""Flags: a flag points at something that deserves a second look; it refuses nothing."""

from collections.abc import Iterable
from typing import Literal, TypeVar

from events.vocabulary import Value

Audience = Literal["patient", "staff"]
"""Whom a sentence is written for. What is for staff never stands where the patient reads; staff read both."""


class Remark(Value):
    """Something that Cairn says about a goal or plan by itself: a sentence, and whom the sentence is for."""

    sentence: str
    audience: Audience = "staff"


class Flag(Remark):
    """A remark under a published code."""

    code: str


Said = TypeVar("Said", bound=Remark)


def readable_by(audience: Audience, remarks: Iterable[Said]) -> list[Said]:
    """Those of some remarks that may stand where the patient reads, or all, where staff read."""
    return [remark for remark in remarks if audience in ("staff", remark.audience)]
