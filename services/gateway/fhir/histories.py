"""Answering `_history`: the versions of one resource, or of all of a type, the newest first."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from events.event import RecordedEvent
from events.identity import GoalId
from projections.audit_trail.latest_events import ListedEvent, Place, count_events, latest_events, patients_if_few
from projections.goal_state.evidence import MOST_PATIENTS_TOLD_BY_A_TOTAL
from services.fhir.outgoing.bundles import Version, history
from services.fhir.outgoing.elements import Json, Release
from services.fhir.outgoing.patient import ResourceType, care_plan_versions, goal_versions
from services.fhir.outgoing.places import NO_PLACE, read_place, written_place
from services.fhir.outgoing.search.dates import read_span
from services.fhir.outgoing.search.query import DEFAULT_COUNT, MAX_COUNT
from services.gateway.access.consents import told_of
from services.gateway.fhir.exchange import Exchange, invalid
from services.gateway.fhir.reach import log_of, orgs_of_history
from services.gateway.fhir.searching import links_of

Write = Callable[[Iterable[RecordedEvent], Release], Iterable[Version]]
WRITERS: dict[ResourceType, Write] = {"Goal": goal_versions, "CarePlan": care_plan_versions}
"""The resources with versions, and what gives them."""
HISTORY_PARAMETERS = {
    "_count": f"The most versions on a page, {DEFAULT_COUNT} by default and {MAX_COUNT} at most; 0 for their number.",
    "_since": "Only versions made at or after this instant.",
    "_summary": "count, for the number of versions.",
    "_after": "Where the page begins; taken from the link `next`.",
}
_MOST_DIGITS = 19
"""Of a position of a log."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which versions are asked for."""

    count: int
    since: datetime | None
    after: str | None
    applied: tuple[tuple[str, str], ...]


async def read_versions(asked: Exchange, resource: ResourceType, goal_id: GoalId) -> Sequence[Version]:
    """Every version of a Goal or a CarePlan, the oldest first; none when there is no such resource."""
    if goal_id.is_plan != (resource == "CarePlan"):
        return ()
    log = await log_of(asked, goal_id)
    asked.saw(goal_id)
    events = await (log.read_patient(goal_id) if goal_id.is_plan else log.read(goal_id))
    told = told_of(asked.asks.principal, goal_id.org, goal_id.patient, events)
    return [*WRITERS[resource](told, asked.release)]


def history_of_one(asked: Exchange, versions: Sequence[Version], address: str) -> Json:
    """The Bundle with the versions of one resource; `address` is that of the resource, below the endpoint's.

    Raises:
        RequestRefused: a parameter cannot be answered.
    """
    query = _read(asked)
    found = [each for each in versions[::-1] if query.since is None or each.recorded.recorded_at >= query.since]
    first = 0
    if query.after is not None:
        if not (query.after.isascii() and query.after.isdigit()) or len(query.after) > _MOST_DIGITS:
            raise _no_place()
        first = next((at for at, each in enumerate(found) if each.recorded.position < int(query.after)), len(found))
    page = found[first : first + query.count]
    more = query.count and first + query.count < len(found)
    links = links_of(
        f"{asked.base}/{address}/_history", query.applied, str(page[-1].recorded.position) if more else None
    )
    return history(asked.base, page, len(found), links)


async def history_of_type(asked: Exchange, resource: ResourceType) -> Json:
    """The Bundle with the versions of every resource of a type; which ones there are is known from the audit trail.

    How many there are is only counted when that is asked for. Whom a number tells of is on record as for the totals of
    the evidence.

    Raises:
        RequestRefused: a parameter cannot be answered, or the audit trail cannot be read.
    """
    query = _read(asked)
    of_goals = resource == "Goal"
    orgs = orgs_of_history(asked)
    read = asked.here.reader.read
    url = f"{asked.base}/{resource}/_history"
    if query.count == 0:
        counted = partial(count_events, since=query.since, of_goals=of_goals, orgs=orgs)
        few = partial(
            patients_if_few, most=MOST_PATIENTS_TOLD_BY_A_TOTAL, since=query.since, of_goals=of_goals, orgs=orgs
        )
        total, told = await read(lambda found: (counted(found), few(found)), "audit_trail")
        for org, patients in told.items():
            asked.asks.saw(org, patients)
        return history(asked.base, (), total, links_of(url, query.applied, None))
    before = _read_place(query.after) if query.after is not None else None
    wanted = partial(
        latest_events, limit=query.count + 1, since=query.since, before=before, of_goals=of_goals, orgs=orgs
    )
    listed = await read(wanted, "audit_trail")
    page = listed[: query.count]
    following = _written_place(page[-1].place) if len(listed) > len(page) else None
    versions = await _versions_listed(asked, resource, page)
    return history(asked.base, versions, None, links_of(url, query.applied, following))


async def _versions_listed(asked: Exchange, resource: ResourceType, page: Sequence[ListedEvent]) -> list[Version]:
    """The version that each event made; the log of each goal, or patient, is read once."""
    made: dict[GoalId, dict[int, Version]] = {}
    found = []
    for goal_id, place in page:
        whose = goal_id if resource == "Goal" else goal_id.plan
        if whose not in made:
            versions = await read_versions(asked, resource, whose)
            made[whose] = {each.recorded.position: each for each in versions}
        if place.position in made[whose]:
            found.append(made[whose][place.position])
    return found


def _read(asked: Exchange) -> _Asked:
    count, since, after = DEFAULT_COUNT, None, None
    counts_only = False
    applied: list[tuple[str, str]] = []
    for name, value in asked.parameters:
        match name:
            case "_count" if value.isascii() and value.isdigit():
                count = min(int(value[:10]), MAX_COUNT)
                applied.append((name, str(count)))
                continue
            case "_count":
                raise invalid(name, "It is a number of versions, 0 or more.")
            case "_since":
                since = _instant(name, value)
            case "_after":
                after = value
            case "_summary" if value in ("count", "false"):
                counts_only = value == "count"
            case _:
                if not asked.lenient:
                    raise invalid(name, f"A history takes {', '.join(HISTORY_PARAMETERS)}; _summary only as count.")
                continue
        applied.append((name, value))
    return _Asked(0 if counts_only else count, since, after, tuple(applied))


def _instant(name: str, value: str) -> datetime:
    try:
        return read_span(value).low
    except ValueError:
        raise invalid(name, "It is an instant, such as 2026-03-01T12:00:00Z.") from None


def _written_place(place: Place) -> str:
    return written_place([place.recorded_at.isoformat(), place.org, place.position])


def _read_place(text: str) -> Place:
    try:
        recorded_at, org, position = read_place(text, str, str, int)
        return Place(datetime.fromisoformat(recorded_at).astimezone(UTC), org, position)
    except (ValueError, OverflowError):
        raise _no_place() from None


def _no_place() -> Exception:
    return invalid("_after", NO_PLACE)
