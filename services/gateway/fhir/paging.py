"""Pages of a list that is made anew from the log for each of them: a page begins behind an id."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from fastapi import Request

from events.errors import FieldError
from services.fhir.outgoing.bundles import link, searchset
from services.fhir.outgoing.elements import Json
from services.gateway.fhir.parameters import FhirPage
from services.gateway.problems import RequestRefused

Item = TypeVar("Item")


class Sliced(NamedTuple):
    """A part of a list, and the key of its last item where more follows."""

    first: int
    last: int
    next: str | None


def sliced(items: Sequence[Item], key: Callable[[Item], str], query: FhirPage) -> Sliced:
    """Where the page that is asked for lies.

    Raises:
        RequestRefused: when the list does not have the item that the page would begin behind (any more).
    """
    first = 0
    if query.after is not None:
        first = next((index for index, item in enumerate(items, 1) if key(item) == query.after), 0)
        if not first:
            detail = "This page is not in the list any more; begin again without _after."
            raise RequestRefused("request.invalid", detail, [FieldError("_after", detail)])
    last = first + query.count
    return Sliced(first, last, key(items[last - 1]) if last < len(items) else None)


def links_of(request: Request, following: str | None) -> list[Json]:
    """The links of a page: to itself, and to the one after."""
    asked = dict(request.query_params)
    url = str(request.url.replace(query=""))
    links = [link("self", url, asked)]
    return [*links, link("next", url, {**asked, "_after": following})] if following else links


def search_page(request: Request, base: str, found: Sequence[Json], query: FhirPage) -> Json:
    """One page of what a search found."""
    page = sliced(found, lambda resource: resource["id"], query)
    return searchset(base, found[page.first : page.last], len(found), links_of(request, page.next))
