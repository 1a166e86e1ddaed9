"""The page Audit: what a search found, the newest first, each event in one line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from events.goal.types import Revised
from events.identity import PLAN
from events.time_zones import time_zone
from events.vocabulary import CAIRN_ITSELF
from services.gateway.pages.addresses import AUDIT, AUDITED_EVENT, GOAL, PATIENT, address
from services.gateway.pages.audit.search import DAYS, Search
from services.gateway.pages.event_names import field_name, role_name, type_name
from services.gateway.pages.language import Language
from services.gateway.pages.terms import why_revised

Event = Mapping[str, Any]  # an event as the audit tells it: JSON of mixed values
_SAID_IN = ("note", "reason", "statement", "text")
"""Where an event has somebody's words, the most telling first."""
_MOST_WORDS = 200
"""So many characters of what was said stand in the list; the event itself has all."""
_MOST_CHANGES = 4
"""So many changed fields of an event are named in the list; the event itself has all."""


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody's words, or their beginning.

    Attributes:
        is_voice: Whether they are a patient's, or those of somebody close to one.
    """

    words: str
    is_voice: bool


@dataclass(frozen=True, slots=True)
class Person:
    """By whom something is.

    Attributes:
        role: What the role is called; empty for Cairn itself.
        entered_by: Who typed it in, where that is somebody else; empty otherwise.
    """

    id: str
    role: str
    entered_by: str


@dataclass(frozen=True, slots=True)
class Line:
    """An event in the list.

    Attributes:
        position: Its position in the log.
        happened: When it happened, by the clinic's clock.
        goal: The goal's id; empty for the plan.
        what: What happened.
        changed: The fields that it changed.
        more_changes: How many more it changed than are named.
        reason: Why it was changed; empty where no reason is chosen.
        said: What was said about it.
    """

    position: int
    address: str
    happened: datetime
    patient: str
    patient_address: str
    goal: str
    goal_address: str
    by: Person
    what: str
    changed: Sequence[str]
    more_changes: int
    reason: str
    said: Said | None


@dataclass(frozen=True, slots=True)
class AuditView:
    """The page.

    Attributes:
        heading: How many events there are.
        lines: The events, newest first.
        next_address: Of the events behind these; empty at the end.
        json_address, csv_address: Of the same list for programs and for spreadsheets.
        most_in_csv: How many of the newest events the table for spreadsheets has; 0 where it has all.
        quarantined: The goals whose later events are missing.
        days: The fields of the form that are days.
        zone: The time zone of all days and times: of the patient searched for, else the one that most plans have.
        today: The day there, whose year need not be said.
    """

    search: Search
    heading: str
    lines: Sequence[Line]
    next_address: str
    json_address: str
    csv_address: str
    most_in_csv: int
    quarantined: Sequence[str]
    days: Sequence[str]
    zone: str
    today: date


def audit_view(
    language: Language, org: str, search: Search, found: Mapping[str, Any] | None, zone: str, now: datetime
) -> AuditView:
    """What the page shows.

    Args:
        found: What the audit answered; None where it could not be asked.
        zone: The time zone of all days and times.
    """
    searched, clock = found is not None, time_zone(zone)
    found = found or {"items": [], "next": None, "quarantined": [], "count": {"number": 0, "more": False}}
    of_patient = search.asked is not None and search.asked.patient is not None
    page = address(AUDIT, org=org)
    following = f"{search.query}{'&' if search.given else ''}cursor={found['next']}" if found["next"] else ""
    api = f"/v1/orgs/{org}/audit"
    return AuditView(
        search,
        _how_many(language, found["count"]) if searched else language.gettext("Not searched yet"),
        [line(language, event, clock, of_patient=of_patient) for event in found["items"]],
        f"{page}?{following}" if following else "",
        f"{api}?{search.api_query('json')}",
        f"{api}?{search.api_query('csv')}",
        found["count"]["number"] if found["count"]["more"] else 0,
        [f"{each['patient']}.{each['goal']}" for each in found["quarantined"]],
        DAYS,
        zone,
        now.astimezone(clock).date(),
    )


def line(language: Language, event: Event, zone: tzinfo, *, of_patient: bool = False) -> Line:
    """An event in one line of a list.

    Args:
        of_patient: Whether the list is of one patient: whoever may read of no other is led to the event as theirs.
    """
    org, patient, goal = event["org"], event["patient"], event["goal"]
    is_plan = goal == PLAN
    changed = list(dict.fromkeys(field_name(language, each["field"]) for each in event["changes"]))
    return Line(
        position=event["position"],
        address=address(
            AUDITED_EVENT,
            org=org,
            position=str(event["position"]),
            query={"patient": patient} if of_patient else None,
        ),
        happened=datetime.fromisoformat(event["time"]).astimezone(zone),
        patient=patient,
        patient_address=address(PATIENT, org=org, patient=patient),
        goal="" if is_plan else goal,
        goal_address="" if is_plan else address(GOAL, org=org, patient=patient, goal=goal),
        by=by(language, event),
        what=type_name(language, event["type"]),
        changed=changed[:_MOST_CHANGES],
        more_changes=max(0, len(changed) - _MOST_CHANGES),
        reason=reason(language, event),
        said=said(event),
    )


def is_cairn(who: str, role: str | None) -> bool:
    """Whether something is by Cairn itself, which only programs on its own machine may say of themselves."""
    return (who, role) == (CAIRN_ITSELF.id, CAIRN_ITSELF.role)


def by(language: Language, event: Event) -> Person:
    """By whom an event is, and who typed it in."""
    if is_cairn(event["actor"], event["actorrole"]):
        return Person(language.gettext("Cairn itself"), "", event["enteredby"] or "")
    return Person(event["actor"], role_name(language, event["actorrole"]), event["enteredby"] or "")


def reason(language: Language, event: Event) -> str:
    """Why a goal was changed, where the reason is one of those that can be chosen."""
    return why_revised(language, event["data"]["reason"]) if event["type"] == Revised.type_name else ""


def said(event: Event) -> Said | None:
    """What somebody said, where the event has it."""
    data = event["data"]
    told = [data.get(name) for name in _SAID_IN if not (name == "reason" and event["type"] == Revised.type_name)]
    words = next((each for each in told if isinstance(each, str) and each), None)
    if words is None:
        return None
    shown = words if len(words) <= _MOST_WORDS else f"{words[:_MOST_WORDS].rstrip()}…"
    return Said(shown, event["actorrole"] in ("patient", "family"))


def _how_many(language: Language, count: Mapping[str, Any]) -> str:
    number = count["number"]
    if count["more"]:
        return language.gettext("More than %(number)s events", number=language.number(number))
    if number == 0:
        return language.gettext("No such event")
    return language.ngettext("One event", "%(number)s events", number)
