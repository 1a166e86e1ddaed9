"""Which resources a query finds, in which order, and which of them are on the page."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cmp_to_key
from typing import NamedTuple

from services.fhir.escapes import unescaped
from services.fhir.outgoing.elements import Json
from services.fhir.outgoing.observations import BASELINE, CLOSING
from services.fhir.outgoing.places import NO_PLACE, read_place, written_place
from services.fhir.outgoing.search.dates import Span, read_wanted, span_matches
from services.fhir.outgoing.search.parameters import OF_ONE_PATIENT, Value
from services.fhir.outgoing.search.query import Criterion, InvalidSearch, SearchQuery
from services.fhir.outgoing.search.tokens import Token, token_matches

_FIRST, _LAST = -1, 2**53
"""Where the scores that have no version stand among those that have one."""
Key = list[str | int | None]
"""Where a resource stands in a list: a value for each parameter to sort by, then what tells resources apart."""


class Page(NamedTuple):
    """A page of what was found, the number of all, and where the next page begins; None behind the last."""

    resources: list[Json]
    total: int
    next: str | None


def find(resources: Iterable[Json], query: SearchQuery, now: datetime) -> Page:
    """The page of a query among the resources of those whom it is about.

    A page begins behind a place and not behind a resource: what has left the list meanwhile is no obstacle.

    Raises:
        InvalidSearch: `_after` is no place in this list.
    """
    found = [each for each in resources if all(meets(each, criterion, now) for criterion in query.criteria)]
    if query.count == 0:
        return Page([], len(found), None)
    compare = _comparison(query)
    in_order = cmp_to_key(compare)
    placed = sorted(((_key(each, query), each) for each in found), key=lambda each: in_order(each[0]))
    if query.after is not None:
        after = _read_place(query.after, query)
        placed = [each for each in placed if compare(each[0], after) > 0]
    page = placed[: query.count]
    following = written_place(page[-1][0]) if len(placed) > len(page) else None
    return Page([resource for _, resource in page], len(found), following)


def meets(resource: Json, criterion: Criterion, now: datetime) -> bool:
    """Whether a resource meets a criterion. Whose it is has been seen to before."""
    parameter, modifier, wanted = criterion
    if parameter.name in OF_ONE_PATIENT and modifier != "missing":
        return True
    values = list(parameter.values(resource))
    if modifier == "missing":
        return (not values) == (wanted == ("true",))
    hit = any(_matches(text, value, now) for text in wanted for value in values)
    return not hit if modifier == "not" else hit


def refers_to(wanted: str, reference: str) -> bool:
    """Whether a reference leads to a resource, or to the version of it that is wanted."""
    return reference == wanted or reference.startswith(f"{wanted}/_history/")


def _matches(wanted: str, value: Value, now: datetime) -> bool:
    if isinstance(value, Token):
        return token_matches(wanted, value)
    if isinstance(value, Span):
        return span_matches(*read_wanted(wanted), value, now)
    return refers_to(unescaped(wanted), value)


def _comparison(query: SearchQuery) -> Callable[[Key, Key], int]:
    """Values in the order that is asked for, what is missing behind them, then by what tells resources apart."""
    highest_first = [descending for _, descending in query.sort]

    def compare(one: Key, other: Key) -> int:
        for index, (mine, theirs) in enumerate(zip(one, other, strict=True)):
            if mine == theirs:
                continue
            if mine is None or theirs is None:
                return 1 if mine is None else -1
            less = mine < theirs  # type: ignore[operator] # at one place of a key all values are of one type
            descending = index < len(highest_first) and highest_first[index]
            return -1 if less != descending else 1
        return 0

    return compare


def _key(resource: Json, query: SearchQuery) -> Key:
    key: Key = []
    for parameter, _ in query.sort:
        values = sorted(_sortable(each) for each in parameter.values(resource))
        key.append(values[0] if values else None)
    return [*key, *_own_place(resource)]


def _sortable(value: Value) -> str:
    if isinstance(value, Span):
        return value.low.isoformat(timespec="microseconds")
    return value.code if isinstance(value, Token) else value


def _own_place(resource: Json) -> Key:
    """Scores and entries by goal and version, provenance as it was recorded, everything else by its id."""
    fhir_id = resource["id"]
    if resource["resourceType"] not in ("Observation", "Provenance"):
        return ["", fhir_id, 0]
    goal, _, part = fhir_id.rpartition(".")
    version = {BASELINE: _FIRST, CLOSING: _LAST}.get(part) or int(part)
    recorded = datetime.fromisoformat(resource["recorded"]) if "recorded" in resource else None
    return [recorded.isoformat(timespec="microseconds") if recorded else "", goal, version]


def _read_place(text: str, query: SearchQuery) -> Key:
    try:
        return read_place(text, *[str | None] * len(query.sort), str, str, int)
    except ValueError:
        raise InvalidSearch("_after", NO_PLACE) from None
