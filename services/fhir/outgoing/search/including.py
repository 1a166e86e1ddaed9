"""Resources that a search brings along: `_include` and `_revinclude`."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from services.fhir.outgoing.elements import Json
from services.fhir.outgoing.patient import ResourceType
from services.fhir.outgoing.search.finding import refers_to
from services.fhir.outgoing.search.parameters import SEARCH_PARAMETERS
from services.fhir.outgoing.search.query import Include

Pool = Callable[[ResourceType], Iterable[Json]]
"""All resources of a type that the patients have whom a search is about; references lead to none but these."""


def included(page: Sequence[Json], includes: Iterable[Include], pool: Pool) -> list[Json]:
    """What comes with a page: each resource once, and none that is on the page already."""
    seen = {_address(each) for each in page}
    found = []
    for include in includes:
        for each in _led_here(page, include, pool) if include.reverse else _led_to(page, include, pool):
            if _address(each) not in seen:
                seen.add(_address(each))
                found.append(each)
    return found


def _led_to(page: Sequence[Json], include: Include, pool: Pool) -> Iterator[Json]:
    for parameter in SEARCH_PARAMETERS[include.source].values():
        if parameter.kind != "reference" or include.parameter not in (None, parameter.name):
            continue
        references = [str(value) for resource in page for value in parameter.values(resource)]
        for target in parameter.targets:
            if include.target in (None, target):
                yield from (each for each in pool(target) if _is_meant(each, references))


def _led_here(page: Sequence[Json], include: Include, pool: Pool) -> Iterator[Json]:
    parameter = SEARCH_PARAMETERS[include.source][include.parameter or ""]
    for each in pool(include.source):
        references = [str(value) for value in parameter.values(each)]
        if any(_is_meant(resource, references) for resource in page):
            yield each


def _is_meant(resource: Json, references: Iterable[str]) -> bool:
    address = _address(resource)
    return any(refers_to(address, each) for each in references)


def _address(resource: Json) -> str:
    return f"{resource['resourceType']}/{resource['id']}"
