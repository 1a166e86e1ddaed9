"""Why a principal reads, where it does not say: by its role."""

from collections.abc import Mapping
from functools import lru_cache

from services.access.principal import Principal, Role

USUAL_PURPOSE: Mapping[Role, str] = {
    "patient": "PATRQT",
    "family": "FAMRQT",
    "clinician": "TREAT",
    "supervisor": "TREAT",
    "auditor": "HOPERAT",
    "dashboard": "HOPERAT",
    "system": "HOPERAT",
    "operator": "HOPERAT",
}
"""The purpose of a reading by role. Of a principal with several roles, the first one here counts."""


def usual_purpose(principal: Principal) -> str:
    """The purpose of a principal's readings that name none, one of :data:`events.access_record.PURPOSES`."""
    return _of_roles(principal.roles)


@lru_cache(maxsize=1024)  # There are few sets of roles, and this is asked for each reading.
def _of_roles(roles: frozenset[Role]) -> str:
    return next((purpose for role, purpose in USUAL_PURPOSE.items() if role in roles), "HOPERAT")
