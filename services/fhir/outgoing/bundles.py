"""Bundles: what a search found, the history of a goal, and an export."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlencode

from events.event import RecordedEvent
from events.goal.state import GoalState
from services.fhir.outgoing.elements import Json, Release, given
from services.fhir.outgoing.goal import write_goal


def searchset(base: str, found: Sequence[Json], total: int, links: Iterable[Json]) -> Json:
    """One page of what a search found. `total` counts all pages; `base` is the address of the FHIR endpoint."""
    entries = [{**entry_of(base, each), "search": {"mode": "match"}} for each in found]
    return given(resourceType="Bundle", type="searchset", total=total, link=[*links], entry=entries)


def history(
    base: str,
    versions: Sequence[tuple[RecordedEvent, GoalState]],
    total: int,
    release: Release,
    links: Iterable[Json],
) -> Json:
    """Versions of one goal as it stood after each event, in the order given."""
    entries = []
    for recorded, state in versions:
        goal = write_goal(state, release)
        first = recorded.version == 1
        entries.append(
            {
                **entry_of(base, goal),
                "request": {"method": "POST" if first else "PUT", "url": "Goal" if first else f"Goal/{goal['id']}"},
                "response": {
                    "status": "201" if first else "200",
                    "etag": f'W/"{recorded.version}"',
                    "lastModified": recorded.recorded_at.isoformat(),
                },
            }
        )
    return given(resourceType="Bundle", type="history", total=total, link=[*links], entry=entries)


def entry_of(base: str, resource: Json) -> Json:
    """A resource as an entry of a bundle, under its address."""
    return {"fullUrl": f"{base}/{resource['resourceType']}/{resource['id']}", "resource": resource}


def link(relation: str, url: str, query: Mapping[str, object]) -> Json:
    """A link of a bundle; parameters that are None are left out."""
    given_query = {name: value for name, value in query.items() if value is not None}
    return {"relation": relation, "url": f"{url}?{urlencode(given_query)}" if given_query else url}
