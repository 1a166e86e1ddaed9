"""The ceiling that the SMART on FHIR scopes of a token put on what its principal may do; `services/access/scopes.py`
says how far they reach.
"""

from collections.abc import Mapping

from services.access.principal import Principal
from services.access.scopes import API, allows, needed, reaches_beyond_fhir
from services.access.scopes import Interaction as Letter
from services.gateway.access.bearer import REALM
from services.gateway.access.operations import FhirInteraction, Interaction, Operation
from services.gateway.problems import RequestRefused

_LETTERS: Mapping[Interaction, Letter] = {
    "read": "r",
    "vread": "r",
    "history-instance": "r",
    "search-type": "s",
    "history-type": "s",
}
"""What an interaction is in a scope (SMART on FHIR 2.2, "Scopes for requesting FHIR Resources")."""


def check_scopes(principal: Principal, operation: Operation, *, own_patient: bool) -> None:
    """Check that an operation lies below the ceiling of the principal's token, where that has one.

    Args:
        own_patient: Whether it is about the principal's own patient, and nobody else.

    Raises:
        RequestRefused: 403, with a scope that would reach it.
    """
    wanted = operation.fhir
    if wanted is None:
        reached, scope = reaches_beyond_fhir(principal.scopes), API
    else:
        reached = is_below_ceiling(principal, wanted, own_patient=own_patient)
        scope = needed(wanted.resource, _LETTERS[wanted.interaction])
    if not reached:
        challenge = f'{REALM}, error="insufficient_scope", scope="{scope}"'
        detail = f"The scopes of the token do not reach this. It takes {scope}, or another that reaches as far."
        raise RequestRefused("access.scope_missing", detail, headers={"www-authenticate": challenge})


def is_below_ceiling(principal: Principal, wanted: FhirInteraction, *, own_patient: bool) -> bool:
    """Whether the scopes of the principal's token reach an interaction; without scopes there is no ceiling."""
    return allows(principal.scopes, wanted.resource, _LETTERS[wanted.interaction], own_patient=own_patient)
