"""The policy's tables for docs/access.md: `make access` writes them there."""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import get_args

from events.catalog import TYPES
from events.vocabulary import ActorRole
from events.voiding import VOIDING
from services.access.policy import ENTERED_FOR_THEM, GRANTS, READINGS, SUBMITTED, Reach

_LISTED = re.compile(r"<!-- (roles|readings|submitted) -->\n.*?<!-- end -->", re.DOTALL)
_ROLES: tuple[ActorRole, ...] = get_args(ActorRole)
_REACH: dict[Reach, str] = {
    "own patient": "itself, as a patient",
    "consent": "patients who allow it",
    "own organisations": "everyone in its organisations",
    "everything": "this Cairn",
}
_PERSONS_OWN = "its own id"
_PATIENTS_OWN = "its own id as a patient"


def with_policy(page: str) -> str:
    """A page in which what is between `<!-- roles -->`, `<!-- readings -->` or `<!-- submitted -->` and `<!-- end -->`
    is as in the policy.
    """
    tables = {"roles": _roles, "readings": _readings, "submitted": _submitted}
    return _LISTED.sub(lambda found: _between(found[1], tables[found[1]]()), page)


def _between(name: str, lines: Iterable[str]) -> str:
    return "\n".join((f"<!-- {name} -->", "", *lines, "", "<!-- end -->"))


def _roles() -> Iterator[str]:
    yield from ("| role | reads | of whom | submits as | enters what is said by |", "|---|---|---|---|---|")
    for role, grant in GRANTS.items():
        as_itself = "nobody" if grant.as_itself is None else f"`{grant.as_itself}`, under {_PERSONS_OWN}"
        if role == "patient":
            as_itself = f"`patient`, under {_PATIENTS_OWN}, about itself"
        elif role == "family":
            as_itself += ", where the patient allows it to contribute"
        elif role == "system":
            as_itself = "the roles that it is trusted to speak for"
        yield (
            f"| {role} | {_listed(reading for reading in READINGS if reading in grant.reads)} | {_REACH[grant.reach]}"
            f" | {as_itself} | {_listed(sorted(grant.enters_for)) or 'nobody'} |"
        )


def _readings() -> Iterator[str]:
    yield from ("| kind | what it is |", "|---|---|")
    for reading, meaning in READINGS.items():
        yield f"| {reading} | {meaning} |"


def _submitted() -> Iterator[str]:
    yield f"| event type | {' | '.join(_ROLES)} |"
    yield f"|---|{'---|' * len(_ROLES)}"
    for name in TYPES:
        if name not in VOIDING:
            yield f"| `{name}` | {' | '.join(_mark(name, role) for role in _ROLES)} |"


def _mark(type_name: str, role: ActorRole) -> str:
    if type_name not in SUBMITTED[role]:
        return ""
    return "for them" if type_name in ENTERED_FOR_THEM.get(role, ()) else "yes"


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)


if __name__ == "__main__":
    document = Path(sys.argv[1])
    document.write_text(with_policy(document.read_text(encoding="utf-8")), encoding="utf-8")
