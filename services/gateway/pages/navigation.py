"""The links at the head of every page: to what whoever looks may read, and to nothing else."""

from typing import NamedTuple

from services.access.policy import Reading, may_read
from services.access.principal import Principal
from services.gateway.asking import NOBODY
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
    leads_to = [*(_of_an_organisation(principal, org) if org is not None else ()), *_of_the_house(principal)]
    return [Link(name, to, path == to or path.startswith(f"{to}/")) for name, to in leads_to]


def org_of(principal: Principal, named: str | None = None) -> str | None:
    """The organisation whose pages are led to: the one that is named, else the only one there is for whoever looks."""
    if named in principal.orgs:
        return named
    return next(iter(principal.orgs)) if len(principal.orgs) == 1 else None


def beginning(principal: Principal) -> str | None:
    """The page that somebody begins with, the first of these links; None where there are several, or none."""
    if principal == NOBODY:
        return addresses.SIGN_IN
    firsts = [to for org in sorted(principal.orgs) for _name, to in _of_an_organisation(principal, org)[:1]]
    if not firsts:
        firsts = [to for _name, to in _of_the_house(principal) if to != addresses.DOCS]
    return firsts[0] if len(firsts) == 1 else None


def _of_an_organisation(principal: Principal, org: str) -> list[tuple[str, str]]:
    """What there is of an organisation: each name, and the address."""
    own = []
    if principal.patient is not None and org in principal.orgs:
        own = [(_("Your page"), addresses.address(addresses.PATIENT, org=org, patient=principal.patient))]
    of_org = [each for each in _OF_AN_ORGANISATION if may_read(principal, each[2], org)]
    return [*own, *((name, addresses.address(template, org=org)) for name, template, _reading in of_org)]


def _of_the_house(principal: Principal) -> list[tuple[str, str]]:
    return [(name, to) for name, to, reading in _OF_THE_HOUSE if may_read(principal, reading)]
