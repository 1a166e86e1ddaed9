"""Ids as NATS subject tokens.

A goal is `ORG.PATIENT.GOAL`; a patient's plan stands in the goal's place as the token `plan`. Ids are opaque: no
names, no record numbers that a person would recognise, because they travel in subjects and URLs.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from events.errors import FieldError, Rejected

TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_THREE = re.compile(r"\.".join([f"({TOKEN.pattern})"] * 3), re.ASCII)
PLAN = "plan"
SUBMIT, FORWARDED, INTAKE, WAITING, LOG, FEED, OUTCOME, REJECTED, NOTICE, VOID = (
    f"cairn.{what}"
    for what in ("submit", "forwarded", "intake", "waiting", "log", "feed", "outcome", "rejected", "notice", "void")
)


class GoalId(NamedTuple):
    """The id of one goal, or, when `goal` is the token `plan`, of one patient's plan."""

    org: str
    patient: str
    goal: str

    def __str__(self) -> str:
        return f"{self.org}.{self.patient}.{self.goal}"

    @property
    def is_plan(self) -> bool:
        """Whether this is the id of a plan."""
        return self.goal == PLAN

    @property
    def plan(self) -> "GoalId":
        """The plan of the same patient."""
        return GoalId(self.org, self.patient, PLAN)

    def on(self, prefix: str) -> str:
        """The subject of this goal under a prefix, such as `cairn.log`."""
        return f"{prefix}.{self.org}.{self.patient}.{self.goal}"

    def patient_on(self, prefix: str) -> str:
        """The wildcard subject of all that this goal's patient has under a prefix."""
        return f"{prefix}.{self.org}.{self.patient}.*"


def is_token(text: str) -> bool:
    """Whether a text can stand as one part of an id."""
    return TOKEN.fullmatch(text) is not None


def parse_goal_id(text: str) -> GoalId:
    """Read `ORG.PATIENT.GOAL`.

    Raises:
        Rejected: `identity.mismatch`, naming the part that is no token.
    """
    if right := _THREE.fullmatch(text):
        return GoalId(*right.groups())
    parts = text.split(".")
    if len(parts) != 3:
        raise _mismatch(
            f"“{_shown(text)}” is not an id: it has {len(parts)} part{'s' * (len(parts) != 1)},"
            " and ORG.PATIENT.GOAL has 3."
        )
    wrong = next(name for name, part in zip(GoalId._fields, parts, strict=True) if not is_token(part))
    raise _mismatch(f"The {wrong} in “{_shown(text)}” must be 1 to 64 letters, digits, hyphens or underscores.")


def parse_subject(prefix: str, subject: str) -> GoalId:
    """Read the id out of a subject such as `cairn.submit.ORG.PATIENT.GOAL`.

    Raises:
        Rejected: `identity.mismatch`.
    """
    head, rest = subject[: len(prefix) + 1], subject[len(prefix) + 1 :]
    if head != f"{prefix}.":
        raise _mismatch(f"The subject must start with {prefix}.")
    return parse_goal_id(rest)


def _mismatch(detail: str) -> Rejected:
    return Rejected("identity.mismatch", detail, (FieldError("subject", detail),))


@lru_cache(maxsize=16384)  # A log holds the subject of a goal again and again.
def goal_id_of(subject: str, prefix: str = LOG) -> GoalId:
    """The id in a subject under which a stream of Cairn's has stored a message, without checking its tokens.

    Raises:
        TypeError: the subject does not have three tokens after the prefix.
    """
    return GoalId(*subject[len(prefix) + 1 :].split("."))


def _shown(text: str, limit: int = 80) -> str:
    """A sender's text, safe to print: shortened, and without control characters that a terminal would obey."""
    kept = "".join(character if character.isprintable() else "?" for character in text[:limit])
    return kept + "…" * (len(text) > limit)
