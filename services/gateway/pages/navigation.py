"""The links at the head of every page: to what whoever looks may read, and to nothing else."""

from typing import NamedTuple

from services.access.policy import Reading, may_read
from services.access.principal import Principal
from services.gateway.pages import addresses


class Link(NamedTuple):
    """A link of the navigation.

    Attributes:
        name: What it is called in the source language; the template translates it.
        is_here: Whether it leads to the page that it stands on.
    """

    name: str
    address: str
    is_here: bool


def _(text: str) -> str:
    """Marks a text for translation that is translated later."""
    return text


_OF_AN_ORGANISATION: tuple[tuple[str, str, Reading], ...] = (
    (_("Today"), addresses.TODAY, "schedule"),
    (_("Reviews"), addresses.REVIEWS, "schedule"),
    (_("Audit"), addresses.AUDIT, "history"),
)
_OF_THE_HOUSE: tuple[tuple[str, str, Reading], ...] = (
    (_("Operations"), addresses.OPERATIONS, "operations"),
    (_("Developers"), addresses.DOCS, "open"),
)


def links_of(principal: Principal, org: str | None, path: str) -> list[Link]:
    """The links for whoever looks, in the order in which they stand."""
    leads_to: list[tuple[str, str]] = []
    if org is not None:
        if principal.patient is not None and org in principal.orgs:
            own = addresses.address(addresses.PATIENT, org=org, patient=principal.patient)
            leads_to.append((_("Your page"), own))
        of_org = [each for each in _OF_AN_ORGANISATION if may_read(principal, each[2], org)]
        leads_to += [(name, addresses.address(template, org=org)) for name, template, _reading in of_org]
    leads_to += [(name, to) for name, to, reading in _OF_THE_HOUSE if may_read(principal, reading)]
    return [Link(name, to, path == to or path.startswith(f"{to}/")) for name, to in leads_to]
