"""The ceiling that the SMART on FHIR scopes of a token put on what its principal may do, at FHIR's addresses and
at Cairn's own: a token that may read a patient's Goals as FHIR reads no more of them in another form.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from services.access.policy import Reading
from services.access.principal import Principal
from services.gateway.access.bearer import REALM
from services.gateway.access.operations import FhirInteraction, Interaction, Operation
from services.gateway.problems import RequestRefused

_SAID_IN: Final[Mapping[Reading, tuple[str, ...]]] = {
    "goals": ("CarePlan", "Goal", "Observation"),
    "schedule": ("CarePlan", "Goal"),
    "history": ("CarePlan", "Goal", "Observation", "Provenance"),
    "accesses": ("AuditEvent",),
    "disclosures": ("AuditEvent",),
}
"""In which types of resources FHIR has what Cairn's own addresses tell."""
_SUBMITTED = tuple(FhirInteraction(resource, "c") for resource in ("CarePlan", "Goal", "Observation"))


def check_scopes(principal: Principal, operation: Operation, *, own_patient: bool) -> None:
    """Check that an operation lies below the ceiling of the principal's token, where that has one.

    Args:
        own_patient: Whether it is about the principal's own patient, and nobody else.

    Raises:
        RequestRefused: 403, with scopes that would reach it.
    """
    needed = _needed(operation)
    if all(is_below_ceiling(principal, each, own_patient=own_patient) for each in needed):
        return
    scope = " ".join(f"user/{each.resource}.{each.interaction}" for each in needed)
    challenge = f'{REALM}, error="insufficient_scope", scope="{scope}"'
    detail = f"The scopes of the token do not reach this. It takes {scope}, or others that reach as far."
    raise RequestRefused("access.scope_missing", detail, headers={"www-authenticate": challenge})


def is_below_ceiling(principal: Principal, wanted: FhirInteraction, *, own_patient: bool) -> bool:
    """Whether the scopes of the principal's token reach an interaction; without scopes there is no ceiling."""
    if principal.scopes is None:
        return True
    return _allows(principal.scopes, wanted.resource, wanted.interaction, own_patient=own_patient)


def _needed(operation: Operation) -> Sequence[FhirInteraction]:
    if operation.fhir is not None:
        return (operation.fhir,)
    if operation.reading is None:
        return _SUBMITTED
    letter: Interaction = "r" if operation.of_one else "s"
    return [FhirInteraction(resource, letter) for resource in _SAID_IN.get(operation.reading, ())]


def _allows(scopes: frozenset[str], resource: str, interaction: Interaction, *, own_patient: bool) -> bool:
    return False
