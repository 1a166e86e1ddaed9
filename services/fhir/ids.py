"""Cairn's ids as FHIR ids, and back.

A FHIR id has 1 to 64 letters, digits, hyphens and dots; a Cairn id, `ORG.PATIENT.GOAL`, has underscores too and up to
194 characters. So a FHIR id is written in the first of these forms that fits, and both can be read back:

1. The id itself, each underscore written as two dots: `northside.pt-7f3a.cook..dinner` is goal `cook_dinner`.
2. Where that is too long, or a part begins with an underscore (its dots would run into the dot before it): `h` and 40
   hexadecimal digits of the SHA-256 of the id. No code of 64 characters can hold three times 64, so this one is found
   again by looking through the ids that there are (`projections.goal_state.queries.long_ids`).

Parts of a goal add what they are behind a dot: `….12` is what its version 12 brought, `….baseline` its score at the
start. In addresses the plain Cairn id is understood as well, whatever its length.
"""

import re
from hashlib import sha256
from typing import NamedTuple

from events.identity import GoalId, is_token

LONGEST = 64
"""The most characters of a FHIR id."""
_LONGEST_PART = 20
"""Room for a dot and what comes behind it."""
SURE_TO_FIT = LONGEST - _LONGEST_PART - 2
"""An id whose parts have no more characters together than this is never written as a digest because of its length."""

_DIGEST = re.compile(r"h[0-9a-f]{40}", re.ASCII)
_WRITTEN = r"(?:[A-Za-z0-9_-]|\.\.)+"
_TOKENS = re.compile(rf"{_WRITTEN}(?:\.{_WRITTEN}){{0,3}}", re.ASCII)
_ONE = re.compile(_WRITTEN, re.ASCII)
_PLACE = re.compile(r"r([1-9]\d{0,17})-(\d{1,4})", re.ASCII)
_MOST_READ = 300


class Address(NamedTuple):
    """What a FHIR id stands for.

    Attributes:
        tokens: The parts of the Cairn id; empty while only its digest is known.
        digest: The digest in the place of the tokens; empty when they are known.
        part: What is behind the id: a version, `baseline`, `closing`; empty when nothing is.
    """

    tokens: tuple[str, ...]
    digest: str
    part: str = ""


def patient_fhir_id(goal_id: GoalId) -> str:
    """The FHIR id of a goal's patient."""
    return _written(goal_id[:2])


def fhir_id(goal_id: GoalId, part: str | int = "") -> str:
    """The FHIR id of a goal, of a plan (as a CarePlan), or of a part of one."""
    return _written(goal_id, str(part))


def audit_event_id(goal_id: GoalId, position: int, number: int) -> str:
    """The FHIR id of the AuditEvent of a reading of a goal's patient, by the place of its record."""
    return _written(goal_id[:2], f"r{position}-{number}")


def read_audit_event_part(part: str) -> tuple[int, int] | None:
    """The place of a record that :func:`audit_event_id` has written behind a patient; None for what is none."""
    found = _PLACE.fullmatch(part)
    return (int(found[1]), int(found[2])) if found else None


def digest_of(tokens: tuple[str, ...]) -> str:
    """The digest that stands for an id that cannot be written out: `ORG.PATIENT` or `ORG.PATIENT.GOAL`."""
    return f"h{sha256('.'.join(tokens).encode()).hexdigest()[:40]}"


def read_fhir_id(text: str, tokens: int, *, part: bool = False) -> Address | None:
    """What an id in an address stands for; None for what can be no id.

    Args:
        tokens: 2 for a patient, 3 for a goal or plan.
        part: Whether a part of it is named behind.
    """
    if len(text) > _MOST_READ or not _TOKENS.fullmatch(text):
        return None
    found = tuple(each.replace("..", "_") for each in _ONE.findall(text))
    *named, behind = found if part else (*found, "")
    if len(named) == tokens and all(map(is_token, named)):
        return Address(tuple(named), "", behind)
    if len(named) == 1 and _DIGEST.fullmatch(named[0]):
        return Address((), named[0], behind)
    return None


def _written(tokens: tuple[str, ...], part: str = "") -> str:
    behind = f".{part}" if part else ""
    written = ".".join(token.replace("_", "..") for token in tokens) + behind
    if len(written) > LONGEST or any(token.startswith("_") for token in tokens):
        return digest_of(tokens) + behind
    return written
