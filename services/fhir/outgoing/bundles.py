"""Bundles: what a search found, the history of a goal, and an export."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from events.event import RecordedEvent
from services.fhir.outgoing.elements import Json, given


def searchset(
    base: str,
    found: Sequence[Json],
    total: int | None,
    links: Iterable[Json],
    *,
    included: Sequence[Json] = (),
    outcome: Json | None = None,
) -> Json:
    """One page of what a search found.

    Args:
        base: The address of the FHIR endpoint.
        total: How many were found on all pages; what is included is not counted.
        included: What the search brings along.
        outcome: An OperationOutcome that tells what of the search was not applied.
    """
    entries = [{**entry_of(base, each), "search": {"mode": "match"}} for each in found]
    entries += [{**entry_of(base, each), "search": {"mode": "include"}} for each in included]
    if outcome is not None:
        entries.append({"resource": outcome, "search": {"mode": "outcome"}})
    return given(resourceType="Bundle", type="searchset", total=total, link=[*links], entry=entries)


class Version(NamedTuple):
    """One version of a resource: the event that made it, how it is written as it stood then, whether it was the first.

    It is written when it is wanted: of a long history a page is.
    """

    recorded: RecordedEvent
    write: Callable[[], Json]
    is_first: bool


def history(base: str, versions: Iterable[Version], total: int | None, links: Iterable[Json]) -> Json:
    """Versions of one resource, or of all of a type, in the order given."""
    entries = []
    for recorded, write, first in versions:
        resource = write()
        kind = resource["resourceType"]
        entries.append(
            {
                **entry_of(base, resource),
                "request": {"method": "POST" if first else "PUT", "url": kind if first else f"{kind}/{resource['id']}"},
                "response": {
                    "status": "201" if first else "200",
                    "etag": f'W/"{resource["meta"]["versionId"]}"',
                    "lastModified": recorded.recorded_at.isoformat(),
                },
            }
        )
    return given(resourceType="Bundle", type="history", total=total, link=[*links], entry=entries)


def entry_of(base: str, resource: Json) -> Json:
    """A resource as an entry of a bundle, under its address."""
    return {"fullUrl": f"{base}/{resource['resourceType']}/{resource['id']}", "resource": resource}


def link(relation: str, url: str, query: Sequence[tuple[str, str]]) -> Json:
    """A link of a bundle."""
    return {"relation": relation, "url": f"{url}?{urlencode(query)}" if query else url}
