"""The page of one event: exactly what it changed, by whom, when, whether it is proven, and how it is stored."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic_core import from_json, to_json

from events.goal.types import Revised
from events.time_zones import time_zone
from projections.audit_trail.projector import CHANGING_TYPES
from services.access.principal import HOUSE
from services.gateway.pages.addresses import AUDIT, address
from services.gateway.pages.audit import view as audit
from services.gateway.pages.audit.proof import ProofView
from services.gateway.pages.audit.values import Fact, facts, text_of
from services.gateway.pages.audit.view import Event
from services.gateway.pages.changes import Change, capitalized
from services.gateway.pages.event_names import field_name, role_name, type_name
from services.gateway.pages.language import Language
from services.gateway.pages.word_changes import word_changes

VOICES = ("patient", "family")
"""The roles of those whose words are a voice."""
_ASIDE = frozenset({"changes", "reason"})
"""What a revision says that stands elsewhere on the page."""


@dataclass(frozen=True, slots=True)
class EventView:
    """The page.

    Attributes:
        line: The event as the list has it.
        changes: What it changed, was and now.
        facts: What it tells beside that.
        recorded: When it was recorded, by the clock of `zone`.
        later: How long after it happened; empty for less than a day.
        submitted_by, submitter_role: Who submitted it, as Cairn knows them; empty where Cairn does not.
        subject: The goal or plan, as commands name it.
        proof: Whether it is proven.
        follows: The version of the event that it followed from by itself; None where somebody did it.
        stored: The subject, headers and body of the message in the log; None while the log does not answer.
        goal_events_address: Of everything else that happened to the same goal or plan.
        zone: The time zone of all days and times, that of the plan.
    """

    line: audit.Line
    changes: Sequence[Change]
    facts: Sequence[Fact]
    recorded: datetime
    later: str
    submitted_by: str
    submitter_role: str
    source: str
    id: str
    version: int
    subject: str
    follows: int | None
    proof: ProofView
    stored: "Stored | None"
    goal_events_address: str
    zone: str


@dataclass(frozen=True, slots=True)
class Stored:
    """The message in the log.

    Attributes:
        body: Its JSON, on lines of its own.
    """

    subject: str
    headers: Sequence[tuple[str, str]]
    body: str


def event_view(language: Language, event: Event, proof: ProofView, zone: str) -> EventView:
    """What the page shows.

    Args:
        event: As the audit tells one event.
        zone: The time zone of the plan.
    """
    _ = language.gettext
    by = event["submittedby"] or ""
    by_house, by_itself = by == HOUSE, audit.is_cairn(by, event["submitterrole"])
    recorded, clock = datetime.fromisoformat(event["recordedtime"]), time_zone(zone)
    goal = {"patient": event["patient"], "goal": event["goal"]}
    by_themselves = event["actorrole"] in VOICES
    return EventView(
        line=audit.line(language, event, clock),
        changes=list(_changes(language, event, by_themselves)),
        facts=list(_facts(language, event, by_themselves)),
        recorded=recorded.astimezone(clock),
        later=_later(language, recorded - datetime.fromisoformat(event["time"])),
        submitted_by=(
            _("%(id)s, a program on Cairn’s own machine", id=by) if by_house else _("Cairn itself") if by_itself else by
        ),
        submitter_role=""
        if not event["submitterrole"] or by_house or by_itself
        else role_name(language, event["submitterrole"]),
        source=event["source"],
        id=event["id"],
        version=event["version"],
        subject=f"{event['org']}.{event['patient']}.{event['goal']}",
        follows=event["causeversion"],
        proof=proof,
        stored=_stored(event["stored"]) if event["stored"] else None,
        goal_events_address=address(AUDIT, org=event["org"], query=goal),
        zone=zone,
    )


def heading(language: Language, event: Event) -> str:
    """What the page is called."""
    what = type_name(language, event["type"])
    return language.gettext("Event %(position)s: %(what)s", position=event["position"], what=what)


def _changes(language: Language, event: Event, by_themselves: bool) -> Iterator[Change]:
    for each in event["changes"]:
        for path, before, after in _leaves(each["field"], each["before"], each["after"]):
            was, now = word_changes(text_of(language, path, before), text_of(language, path, after))
            voice = by_themselves and all(isinstance(value, str | None) for value in (before, after))
            yield Change(capitalized(field_name(language, path)), was, now, is_voice=voice and " " in str(after))


def _facts(language: Language, event: Event, by_themselves: bool) -> Iterator[Fact]:
    data: Mapping[str, Any] = event["data"]
    left_out = _ASIDE if event["type"] == Revised.type_name else frozenset()
    if event["type"] in CHANGING_TYPES:
        # What is set anew stands among the changes already.
        told = {name: value for name, value in data.items() if name in ("reason", "note", "review", "entry")}
    else:
        told = dict(data)
    yield from facts(language, {name: value for name, value in told.items() if name not in left_out}, by_themselves)


def _leaves(path: str, before: object, after: object) -> Iterator[tuple[str, object, object]]:
    """The single values in what was changed, each with its path."""
    if isinstance(before, Mapping) or isinstance(after, Mapping):
        was = before if isinstance(before, Mapping) else {}
        now = after if isinstance(after, Mapping) else {}
        for name in dict.fromkeys((*was, *now)):
            if was.get(name) != now.get(name):
                yield from _leaves(f"{path}.{name}", was.get(name), now.get(name))
    else:
        yield path, before, after


def _later(language: Language, after: timedelta) -> str:
    return language.ngettext("one day later", "%(number)s days later", after.days) if after.days > 0 else ""


def _stored(message: Mapping[str, Any]) -> Stored:
    body = message["body"]
    with suppress(ValueError):  # a message that cannot be read is shown as it is
        body = to_json(from_json(body), indent=2).decode()
    return Stored(message["subject"], list(message["headers"].items()), body)
