"""Goals that have another id than before, and are the same by an identifier: other systems give ids anew."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from events.identity import GoalId
from events.vocabulary import External
from services.fhir.incoming.goal_version import GoalVersion
from services.fhir.incoming.known import Known
from services.fhir.vocabulary import EXPRESSED_BY, GOAL_IDENTIFIER, NO_SYSTEM, REFERENCE_SYSTEM, SECURITY

_NO_IDENTIFIERS = frozenset({REFERENCE_SYSTEM, EXPRESSED_BY, NO_SYSTEM, GOAL_IDENTIFIER, SECURITY})
"""Systems of what is kept beside a goal's identifiers, and of identifiers that tell no two goals apart."""


class Alias(NamedTuple):
    """The goal that a Goal with another id is."""

    goal_id: GoalId
    system: str

    @property
    def sentence(self) -> str:
        """How the goal was recognised; the value of an identifier is not repeated."""
        return f"It is {self.goal_id}, by its identifier of {self.system}."


def alias_of(goal_id: GoalId, versions: Mapping[GoalId, Sequence[GoalVersion]], known: Known) -> Alias | None:
    """The one goal of the same patient, known or earlier in the files, that has an identifier of this one.

    Goals that stand side by side in one file are two, whatever their identifiers say; so are they when several goals
    have the identifier.
    """
    if goal_id in known.goals:
        return None
    own = _of_versions(versions[goal_id])
    files = {version.document.file for version in versions[goal_id]}
    others = {
        other: _identifiers(state.current.external)
        for other, state in known.goals.items()
        if state.elsewhere is not None and other not in versions
    }
    for other, of_other in versions.items():
        if other == goal_id:
            break
        if not files & {version.document.file for version in of_other}:
            others[other] = _of_versions(of_other)
    found = [
        Alias(other, min(own & theirs)[0])
        for other, theirs in others.items()
        if other[:2] == goal_id[:2] and own & theirs
    ]
    return found[0] if len(found) == 1 else None


def _of_versions(versions: Sequence[GoalVersion]) -> set[tuple[str, str]]:
    return _identifiers([each for version in versions if version.mapped for each in version.mapped.payload.external])


def _identifiers(external: Sequence[External]) -> set[tuple[str, str]]:
    return {(each.system, each.value) for each in external if each.system not in _NO_IDENTIFIERS}
