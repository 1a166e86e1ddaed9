"""Finding AuditEvents: who read a patient's data, from the access record, and who wrote it, from the log.

The two are one list, the newest first. A page is taken from both, so that a long record is never read as a whole.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple

from events.event import RecordedEvent
from events.identity import GoalId
from projections.access_record.filters import AccessFilter
from projections.access_record.queries import AccessPlace, access_at, count_accesses, latest_accesses
from services.fhir.ids import read_audit_event_part
from services.fhir.outgoing.audit_event import write_reading, write_recording
from services.fhir.outgoing.bundles import searchset
from services.fhir.outgoing.elements import Json
from services.fhir.outgoing.outcome import not_applied
from services.fhir.outgoing.search.dates import read_wanted
from services.fhir.outgoing.search.query import DEFAULT_COUNT, MAX_COUNT
from services.gateway.fhir.addresses import find_part, find_patient, find_patient_part, read_reference, unknown
from services.gateway.fhir.exchange import Exchange, invalid
from services.gateway.fhir.reach import log_of, refuse_others
from services.gateway.fhir.searching import links_of

AUDIT_EVENT_PARAMETERS = {
    "patient": "Patient/ID, or the address of one. It must be given.",
    "date": "A date or an instant, with a prefix (eq, gt, lt, ge, le, sa, eb) or without; may be given again.",
    "_count": f"The most resources on a page: {DEFAULT_COUNT} unless given, {MAX_COUNT} at most; 0 counts.",
    "_summary": "count, for the number of what is found.",
    "_after": "Where the page begins; taken from the link `next`.",
}
"""What a search for AuditEvents takes."""
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
    since: datetime | None = None
    until: datetime | None = None
    count: int = DEFAULT_COUNT
    counts_only: bool = False
    after: _Place | None = None

    def narrow(self, since: datetime | None, until: datetime | None) -> None:
        self.since = max(filter(None, (self.since, since)), default=None)
        self.until = min(filter(None, (self.until, until)), default=None)

    def includes(self, at: datetime) -> bool:
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


async def search_audit_events(asked: Exchange) -> Json:
    """The Bundle of a search for the AuditEvents of one patient.

    Raises:
        RequestRefused: it cannot be answered.
    """
    query, applied, ignored = await _read(asked)
    plan_id = query.plan_id
    if plan_id is None:
        raise invalid("patient", "Say whose: a search for AuditEvent names patient.")
    await refuse_others(asked, [plan_id])
    log = await log_of(asked, plan_id)
    asked.saw(plan_id)
    org, patient, _ = plan_id
    filters = AccessFilter(since=query.since, until=query.until)
    read = asked.here.reader.read
    events = [each for each in await log.read_patient(plan_id) if query.includes(each.recorded_at)]
    total = len(events) + await read(lambda connection: count_accesses(connection, org, patient, filters))
    count = 0 if query.counts_only else query.count
    page: list[tuple[_Place, Json]] = []
    more = False
    if count:
        before = _readings_before(query.after)
        found = await read(
            lambda connection: latest_accesses(connection, org, patient, filters, before=before, limit=count + 1)
        )
        placed = [(_place_of(each), write_reading(each, asked.release, asked.base)) for each in found]
        placed += [
            (_place(each), write_recording(each, asked.release, asked.base))
            for each in events
            if query.after is None or _place(each) < query.after
        ]
        placed.sort(key=lambda each: each[0], reverse=True)
        page, more = placed[:count], len(placed) > count
    links = links_of(f"{asked.base}/AuditEvent", applied, _written(page[-1][0]) if more else None)
    resources = [resource for _, resource in page]
    return searchset(asked.base, resources, total, links, outcome=not_applied(ignored))


async def read_audit_event(asked: Exchange, text: str) -> Json:
    """One AuditEvent.

    Raises:
        Rejected: `goal.unknown`, when there is none with this id.
    """
    plan_id, part = await find_patient_part(asked, text)
    place = read_audit_event_part(part) if plan_id is not None else None
    if plan_id is not None and place is not None:
        await log_of(asked, plan_id)
        found = await asked.here.reader.read(
            lambda connection: access_at(connection, plan_id.org, plan_id.patient, *place)
        )
        if found is None:
            raise unknown()
        asked.saw(plan_id)
        return write_reading(found, asked.release, asked.base)
    goal_id, part = await find_part(asked, text)
    log = await log_of(asked, goal_id)
    for recorded in await log.read(goal_id):
        if str(recorded.version) == part:
            asked.saw(goal_id)
            return write_recording(recorded, asked.release, asked.base)
    raise unknown()


async def _read(asked: Exchange) -> tuple[_Asked, list[tuple[str, str]], list[tuple[str, str]]]:
    query = _Asked()
    applied: list[tuple[str, str]] = []
    ignored: list[tuple[str, str]] = []
    for name, value in asked.parameters:
        match name:
            case "patient" if query.plan_id is None:
                query.plan_id = await find_patient(asked, read_reference(asked, name, value, "Patient").id)
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
            case "patient" | "_count" | "_summary":
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
    parts = [place.at.isoformat(), *place[1:]]
    return urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("=")


def _read_place(text: str) -> _Place:
    try:
        at, source, position, number = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return _Place(
            datetime.fromisoformat(at).astimezone(UTC), _READ if source else _WROTE, int(position), int(number)
        )
    except (ValueError, TypeError, RecursionError, OverflowError):  # no base64, no JSON, or of another shape
        raise invalid("_after", "It is taken from the link next, as it stands there.") from None
