"""Why a principal reads, where it does not say: by its role."""

from collections.abc import Mapping

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
    return next((purpose for role, purpose in USUAL_PURPOSE.items() if principal.has(role)), "HOPERAT")
