"""What a search asks for: the parameters of a request, read and checked, and what was not understood of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from events.errors import CairnError
from services.fhir.escapes import split_unescaped
from services.fhir.outgoing.patient import TYPES, ResourceType
from services.fhir.outgoing.search.dates import read_wanted
from services.fhir.outgoing.search.parameters import NAMING, SEARCH_PARAMETERS, Kind, SearchParameter

DEFAULT_COUNT, MAX_COUNT = 100, 500
"""Resources on a page: where nothing is said, and at most; who asks for more gets as many, as FHIR allows."""
MAX_ALTERNATIVES = 100
"""Values of one parameter, separated by commas."""
_MODIFIERS: Mapping[Kind, frozenset[str]] = {
    "token": frozenset({"not", "missing"}),
    "date": frozenset({"missing"}),
    "reference": frozenset({"missing", "identifier"}),
}
"""The modifiers of each kind of parameter; a reference has the types that it may lead to as well."""
_SUMMARIES = frozenset({"count", "false"})
_TOTALS = frozenset({"none", "estimate", "accurate"})


class InvalidSearch(CairnError):
    """A search parameter that cannot be answered: its name, and why, in a sentence."""

    def __init__(self, parameter: str, detail: str):
        super().__init__(f"{parameter}: {detail}")
        self.parameter = parameter
        self.detail = detail


class UnsupportedSearch(InvalidSearch):
    """A search parameter that is not known here; for a lenient client a server may leave it out."""


class Criterion(NamedTuple):
    """One parameter that every resource found must meet, in one of its values."""

    parameter: SearchParameter
    modifier: str
    values: tuple[str, ...]


class Include(NamedTuple):
    """Resources to add: those to which a parameter's references lead, or (reverse) those that lead here."""

    source: ResourceType
    parameter: str | None
    target: str | None
    reverse: bool


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A search as it is applied.

    Attributes:
        sort: Parameters to sort by, each with whether the highest comes first.
        count: The most resources on a page; 0 asks for their number alone.
        after: The place in the list behind which the page begins.
        applied: The parameters as they were given, without those that were not applied.
        ignored: The names of the parameters that were not applied, each with the reason.
    """

    resource: ResourceType
    criteria: tuple[Criterion, ...] = ()
    sort: tuple[tuple[SearchParameter, bool], ...] = ()
    count: int = DEFAULT_COUNT
    includes: tuple[Include, ...] = ()
    after: str | None = None
    with_total: bool = True
    applied: tuple[tuple[str, str], ...] = ()
    ignored: tuple[tuple[str, str], ...] = ()


def read_query(resource: ResourceType, given: Sequence[tuple[str, str]], *, lenient: bool = False) -> SearchQuery:
    """The query that the parameters of a request make. A parameter without a value asks for nothing (R4 3.1.1.4).

    Args:
        lenient: Leave out what is not known here, and name it, instead of refusing it (`Prefer: handling=lenient`). A
            known parameter with a value or modifier that cannot be is refused all the same, as FHIR demands.

    Raises:
        InvalidSearch: one that cannot be answered.
    """
    reading = _Reading(resource)
    applied: list[tuple[str, str]] = []
    ignored: list[tuple[str, str]] = []
    for name, value in given:
        if not value.strip():
            continue
        try:
            applied.append((name, reading.take(name, value)))
        except UnsupportedSearch as error:
            if not lenient:
                raise
            ignored.append((name, error.detail))
    return SearchQuery(
        resource,
        tuple(reading.criteria),
        tuple(reading.sort),
        reading.count,
        tuple(reading.includes),
        reading.after,
        reading.with_total,
        tuple(applied),
        tuple(ignored),
    )


class _Reading:
    """What has been read of a query so far."""

    def __init__(self, resource: ResourceType):
        self._known = SEARCH_PARAMETERS[resource]
        self._resource = resource
        self._once: set[str] = set()
        self.criteria: list[Criterion] = []
        self.sort: list[tuple[SearchParameter, bool]] = []
        self.includes: list[Include] = []
        self.after: str | None = None
        self.with_total = True
        self._count = DEFAULT_COUNT
        self._counts_only = False

    @property
    def count(self) -> int:
        """The most resources on a page; `_summary=count` is the same as `_count=0`."""
        return 0 if self._counts_only else self._count

    def take(self, name: str, value: str) -> str:
        """Read one parameter; the value as it is applied."""
        match name:
            case "_count":
                self._only_once(name)
                return self._read_count(value)
            case "_summary":
                self._only_once(name)
                self._read_summary(value)
            case "_total":
                self._only_once(name)
                if value not in _TOTALS:
                    raise InvalidSearch(name, f"It is one of {', '.join(sorted(_TOTALS))}.")
                self.with_total = value != "none"
            case "_sort":
                self._only_once(name)
                self.sort = [self._read_sort(each) for each in value.split(",")]
            case "_after":
                self._only_once(name)
                self.after = value
            case "_include" | "_revinclude":
                self.includes.append(self._read_include(name, value))
            case _:
                self.criteria.append(self._read_criterion(name, value))
        return value

    def _only_once(self, name: str) -> None:
        if name in self._once:
            raise InvalidSearch(name, "It is given twice; give it once.")
        self._once.add(name)

    def _read_count(self, value: str) -> str:
        if not (value.isascii() and value.isdigit()):
            raise InvalidSearch("_count", "It is a number of resources, 0 or more.")
        self._count = min(int(value[:10]), MAX_COUNT)
        return str(self._count)

    def _read_summary(self, value: str) -> None:
        if value not in _SUMMARIES:
            raise UnsupportedSearch("_summary", "Of _summary only count and false are answered.")
        self._counts_only = value == "count"

    def _read_sort(self, value: str) -> tuple[SearchParameter, bool]:
        name = value.removeprefix("-")
        parameter = self._known.get(name)
        if parameter is None or parameter.kind == "reference":
            able = ", ".join(each.name for each in self._known.values() if each.kind != "reference")
            raise UnsupportedSearch(
                "_sort", f"{self._resource} is sorted by {able}; a minus sign before it reverses the order."
            )
        return parameter, value.startswith("-")

    def _read_include(self, name: str, value: str) -> Include:
        reverse = name == "_revinclude"
        source, _, rest = value.partition(":")
        wanted, _, target = rest.partition(":")
        if value == "*" and not reverse:
            return Include(self._resource, None, None, reverse)
        resource = next((each for each in TYPES if each == source), None)
        able = inclusions(self._resource, reverse=reverse)
        if resource is None or f"{source}:{wanted}" not in able:
            raise UnsupportedSearch(name, f"What can be included with {self._resource} is {', '.join(able)}.")
        return Include(resource, wanted, target or None, reverse)

    def _read_criterion(self, given: str, value: str) -> Criterion:
        name, _, modifier = given.partition(":")
        parameter = self._known.get(name)
        if parameter is None:
            # The name is the client's own text, so it is not repeated in the sentence.
            raise UnsupportedSearch(
                given, f"{self._resource} is not searched by this; it is by {', '.join(self._known)}."
            )
        modifiers = _MODIFIERS[parameter.kind].union(parameter.targets)
        if modifier and modifier not in modifiers:
            raise InvalidSearch(name, f"Its modifiers are {', '.join(sorted(modifiers))}.")
        values = tuple(each for each in split_unescaped(value, ",") if each.strip())
        if not values or len(values) > MAX_ALTERNATIVES:
            raise InvalidSearch(name, f"It takes one to {MAX_ALTERNATIVES} values, separated by commas.")
        if modifier == "missing":
            if values not in (("true",), ("false",)):
                raise InvalidSearch(name, "Whether it is missing is true or false.")
        elif parameter.kind == "date":
            _check_dates(name, values)
        return Criterion(parameter, modifier, values)


def inclusions(resource: ResourceType, *, reverse: bool) -> list[str]:
    """What `_include` (or, reverse, `_revinclude`) takes beside a search for a resource: `Goal:patient` and so on."""
    return [
        f"{source}:{each.name}"
        for source, parameters in SEARCH_PARAMETERS.items()
        for each in parameters.values()
        if each.kind == "reference"
        and (resource in each.targets if reverse else source == resource)
        and (source, each.name) != ("Provenance", "patient")  # R4's Provenance names no patient
    ]


def naming(query: SearchQuery) -> list[Criterion]:
    """The criteria that say whose resources are asked for."""
    return [
        each
        for each in query.criteria
        if each.parameter.name in NAMING[query.resource] and each.modifier not in ("not", "missing")
    ]


def _check_dates(name: str, values: Iterable[str]) -> None:
    for value in values:
        try:
            read_wanted(value)
        except ValueError:
            detail = "It is a date or an instant, such as 2026-03, ge2026-03-01 or lt2026-03-01T12:00:00Z."
            raise InvalidSearch(name, detail) from None
