"""What people call the roles of who looks at a page."""

from collections.abc import Mapping, Sequence

from services.access.principal import Principal, Role


def _(text: str) -> str:
    """Marks a text for translation that is translated later."""
    return text


_ROLE_NAMES: Mapping[Role, str] = {
    "clinician": _("clinician"),
    "supervisor": _("supervisor"),
    "patient": _("patient"),
    "family": _("family"),
    "auditor": _("auditor"),
    "dashboard": _("dashboard"),
    "operator": _("operator"),
    "system": _("system"),
}


def role_names(principal: Principal) -> Sequence[str]:
    """What the roles of a principal are called, in the source language and in the order in which they are named."""
    return [name for role, name in _ROLE_NAMES.items() if principal.has(role)]
