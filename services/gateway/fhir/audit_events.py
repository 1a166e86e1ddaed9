"""Finding AuditEvents: who read a patient's data, from the access record, and who wrote it, from the log.

The two are one list, the newest first. A page is taken from both, so that a long record is never read as a whole.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple

from events.errors import Rejected
from events.event import RecordedEvent
from events.identity import GoalId
from projections.access_record.filters import AccessFilter
from projections.access_record.queries import AccessPlace, access_at, count_accesses, latest_accesses
from services.fhir.ids import read_audit_event_part
from services.fhir.outgoing.audit_event import write_reading, write_recording
from services.fhir.outgoing.bundles import searchset
from services.fhir.outgoing.elements import Json
from services.fhir.outgoing.outcome import not_applied
from services.fhir.outgoing.places import NO_PLACE, read_place, written_place
from services.fhir.outgoing.search.dates import read_wanted
from services.fhir.outgoing.search.query import DEFAULT_COUNT, MAX_COUNT
from services.gateway.fhir.addresses import find_part, find_patient, find_patient_part, read_reference, unknown
from services.gateway.fhir.exchange import Exchange, invalid
from services.gateway.fhir.reach import log_of, refuse_others
from services.gateway.fhir.searching import links_of

AUDIT_EVENT_PARAMETERS = {
    "patient": "Patient/ID, or the address of one. It, or _id, must be given.",
    "_id": "Ids of AuditEvents, with commas between them, 50 at most.",
    "date": "A date or an instant, with a prefix (eq, gt, lt, ge, le, sa, eb) or without; may be given again.",
    "_count": f"The most resources on a page: {DEFAULT_COUNT} unless given, {MAX_COUNT} at most; 0 counts.",
    "_summary": "count, for the number of what is found.",
    "_after": "Where the page begins; taken from the link `next`.",
}
"""What a search for AuditEvents takes."""
MAX_IDS = 50
"""How many AuditEvents one search may name."""
_READ: Final = 1
_WROTE: Final = 0


class _Place(NamedTuple):
    """Where an AuditEvent stands in the list: what comes first is the greatest. Readings come before events."""

    at: datetime
    source: Literal[0, 1]
    position: int
    number: int


@dataclass(slots=True)
class _Asked:
    plan_id: GoalId | None = None
    ids: tuple[str, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None
    count: int = DEFAULT_COUNT
    counts_only: bool = False
    after: _Place | None = None

    def narrow(self, since: datetime | None, until: datetime | None) -> None:
        self.since = max(filter(None, (self.since, since)), default=None)
        self.until = min(filter(None, (self.until, until)), default=None)

    @property
    def most(self) -> int:
        """The most AuditEvents on the page."""
        return 0 if self.counts_only else self.count

    def includes(self, at: datetime) -> bool:
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


class _Page(NamedTuple):
    """The number of all that was found, those on the page, and where the next one begins; None behind the last."""

    total: int
    page: list[tuple[_Place, Json]]
    following: str | None


async def search_audit_events(asked: Exchange) -> Json:
    """The Bundle of a search for the AuditEvents of one patient, or for those with some ids.

    Raises:
        RequestRefused: it cannot be answered.
    """
    query, applied, ignored = await _read(asked)
    if query.ids is not None:
        total, page, following = await _named(asked, query, query.ids)
    elif query.plan_id is not None:
        total, page, following = await _of_patient(asked, query, query.plan_id)
    else:
        raise invalid("patient", "Say whose: a search for AuditEvent names patient or _id.")
    links = links_of(f"{asked.base}/AuditEvent", applied, following)
    return searchset(asked.base, [resource for _, resource in page], total, links, outcome=not_applied(ignored))


async def _of_patient(asked: Exchange, query: _Asked, plan_id: GoalId) -> _Page:
    """One page of all that a patient has: as many of both lists as a page needs are looked at."""
    await refuse_others(asked, [plan_id])
    log = await log_of(asked, plan_id)
    asked.saw(plan_id)
    org, patient, _ = plan_id
    filters = AccessFilter(since=query.since, until=query.until)
    read = asked.here.reader.read
    events = [each for each in await log.read_patient(plan_id) if query.includes(each.recorded_at)]
    total = len(events) + await read(lambda connection: count_accesses(connection, org, patient, filters))
    placed: list[tuple[_Place, Json]] = []
    if count := query.most:
        before = _readings_before(query.after)
        found = await read(
            lambda connection: latest_accesses(connection, org, patient, filters, before=before, limit=count + 1)
        )
        placed += [(_place_of(each), write_reading(each, asked.release, asked.base)) for each in found]
        placed += [
            (_place(each), write_recording(each, asked.release, asked.base))
            for each in events
            if query.after is None or _place(each) < query.after
        ]
    return _page(total, placed, count)


async def _named(asked: Exchange, query: _Asked, ids: tuple[str, ...]) -> _Page:
    """One page of those that a search names; what is not there is not found, and no mistake."""
    placed = []
    for text in ids:
        try:
            whose, part, of_a_reading = await _address(asked, text)
        except Rejected:  # nobody has this id
            continue
        await refuse_others(asked, [whose])
        if query.plan_id not in (None, whose.plan):
            continue
        asked.saw(whose)
        found = await _find(asked, whose, part, of_a_reading=of_a_reading)
        if found is not None and query.includes(found[0].at):
            placed.append(found)
    after = [each for each in placed if query.after is None or each[0] < query.after]
    return _page(len(placed), after, query.most)


def _page(total: int, placed: list[tuple[_Place, Json]], most: int) -> _Page:
    placed.sort(key=lambda each: each[0], reverse=True)
    page = placed[:most]
    return _Page(total, page, _written(page[-1][0]) if page and len(placed) > most else None)


async def read_audit_event(asked: Exchange, text: str) -> Json:
    """One AuditEvent.

    Raises:
        Rejected: `goal.unknown`, when there is none with this id.
    """
    whose, part, of_a_reading = await _address(asked, text)
    found = await _find(asked, whose, part, of_a_reading=of_a_reading)
    if found is None:
        raise unknown()
    asked.saw(whose)
    return found[1]


async def _address(asked: Exchange, text: str) -> tuple[GoalId, str, bool]:
    """The goal or plan that an id begins with, what it names of that, and whether that is a reading.

    Raises:
        Rejected: `goal.unknown`.
    """
    plan_id, part = await find_patient_part(asked, text)
    if plan_id is not None:
        return plan_id, part, True
    return *await find_part(asked, text), False


async def _find(asked: Exchange, whose: GoalId, part: str, *, of_a_reading: bool) -> tuple[_Place, Json] | None:
    """An AuditEvent with its place, for whoever may read it; None when there is none."""
    log = await log_of(asked, whose)
    place = read_audit_event_part(part) if of_a_reading else None
    if place is not None:
        found = await asked.here.reader.read(lambda connection: access_at(connection, whose.org, whose.patient, *place))
        return None if found is None else (_place_of(found), write_reading(found, asked.release, asked.base))
    for recorded in await log.read(whose):
        if str(recorded.version) == part:
            return _place(recorded), write_recording(recorded, asked.release, asked.base)
    return None


async def _read(asked: Exchange) -> tuple[_Asked, list[tuple[str, str]], list[tuple[str, str]]]:
    query = _Asked()
    applied: list[tuple[str, str]] = []
    ignored: list[tuple[str, str]] = []
    for name, value in asked.parameters:
        match name:
            case "patient" if query.plan_id is None:
                query.plan_id = await find_patient(asked, read_reference(asked, name, value, "Patient").id)
            case "_id" if query.ids is None and value.count(",") < MAX_IDS:
                query.ids = tuple(dict.fromkeys(value.split(",")))
            case "date":
                query.narrow(*_bounds(value))
            case "_count" if value.isascii() and value.isdigit():
                query.count = min(int(value[:10]), MAX_COUNT)
                applied.append((name, str(query.count)))
                continue
            case "_summary" if value in ("count", "false"):
                query.counts_only = value == "count"
            case "_after":
                query.after = _read_place(value)
            case "patient" | "_id" | "_count" | "_summary":
                raise invalid(name, AUDIT_EVENT_PARAMETERS[name])
            case _ if asked.lenient:
                ignored.append((name, "It is not known here."))
                continue
            case _:
                raise invalid(name, f"A search for AuditEvent takes {', '.join(AUDIT_EVENT_PARAMETERS)}.")
        applied.append((name, value))
    return query, applied, ignored


def _bounds(value: str) -> tuple[datetime | None, datetime | None]:
    """From which instant on, and before which, an AuditEvent was recorded that a date finds."""
    try:
        prefix, span = read_wanted(value)
    except ValueError:
        raise invalid("date", AUDIT_EVENT_PARAMETERS["date"]) from None
    match prefix:
        case "eq":
            return span.low, span.high
        case "ge":
            return span.low, None
        case "gt" | "sa":
            return span.high, None
        case "le":
            return None, span.high
        case "lt" | "eb":
            return None, span.low
    raise invalid("date", AUDIT_EVENT_PARAMETERS["date"])


def _place(recorded: RecordedEvent) -> _Place:
    return _Place(recorded.recorded_at, _WROTE, recorded.position, 0)


def _place_of(access: Json) -> _Place:
    return _Place(datetime.fromisoformat(access["at"]), _READ, access["position"], access["number"])


def _readings_before(after: _Place | None) -> AccessPlace | None:
    if after is None:
        return None
    if after.source == _READ:
        return AccessPlace(after.at, after.position, after.number)
    return AccessPlace(after.at, 0, 0)  # readings of the same instant have come already


def _written(place: _Place) -> str:
    return written_place([place.at.isoformat(), *place[1:]])


def _read_place(text: str) -> _Place:
    try:
        at, source, position, number = read_place(text, str, int, int, int)
        return _Place(datetime.fromisoformat(at).astimezone(UTC), _READ if source else _WROTE, position, number)
    except (ValueError, OverflowError):
        raise invalid("_after", NO_PLACE) from None
