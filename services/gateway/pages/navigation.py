"""The links at the head of every page: to what whoever looks may read, and to nothing else."""

from typing import NamedTuple

from services.access.policy import Reading
from services.access.principal import Principal
from services.gateway.access.judging import reads_of_somebody
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
    of_org = () if org is None else _OF_AN_ORGANISATION
    found = []
    for name, template, reading in (*of_org, *_OF_THE_HOUSE):
        if reading == "open" or reads_of_somebody(principal, reading):
            leads_to = addresses.address(template, org=org or "")
            found.append(Link(name, leads_to, path == leads_to or path.startswith(f"{leads_to}/")))
    return found
