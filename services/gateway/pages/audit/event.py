"""The page of one event: exactly what it changed, by whom, when, whether it is proven, and how it is stored."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pydantic_core import from_json, to_json

from events.goal.types import Revised
from events.time_zones import time_zone
from projections.audit_trail.projector import CHANGING_TYPES
from services.access.principal import HOUSE
from services.gateway.pages import terms
from services.gateway.pages.addresses import AUDIT, address
from services.gateway.pages.audit import view as audit
from services.gateway.pages.audit.proof import ProofView
from services.gateway.pages.audit.view import Event
from services.gateway.pages.changes import Change, capitalized
from services.gateway.pages.event_names import field_name, role_name, type_name
from services.gateway.pages.language import Language
from services.gateway.pages.word_changes import word_changes

VOICES = ("patient", "family")
"""The roles of those whose words are a voice."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_ASIDE = frozenset({"changes", "reason"})
"""What a revision says that stands elsewhere on the page."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that an event tells.

    Attributes:
        is_voice: Whether it is what a patient said, or somebody close to one.
    """

    name: str
    text: str
    is_voice: bool


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
            was, now = word_changes(_said(language, path, before), _said(language, path, after))
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


def facts(language: Language, data: Mapping[str, Any], by_themselves: bool) -> Iterator[Fact]:
    """What the fields of an event say, each single value with its name.

    Args:
        by_themselves: Whether a patient acted, or somebody close to one.
    """
    for name, value in data.items():
        for path, _, leaf in _leaves(name, None, value):
            if leaf is not None:
                text = _said(language, path, leaf)
                is_voice = by_themselves and isinstance(leaf, str) and " " in leaf
                yield Fact(capitalized(field_name(language, path)), text, is_voice)


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


_CODES: Mapping[str, Callable[[Language, Any], str]] = {
    "accommodations": terms.accommodation,
    "cause": terms.why_reviewed,
    "decision": terms.decision,
    "horizon": terms.horizon,
    "instrument": terms.instrument,
    "kind": terms.kind,
    "life_area": terms.life_area,
    "outcome": terms.outcome,
    "participants": terms.role,
    "setting": terms.setting,
    "whose": terms.whose_reason,
}
"""What people call the codes of a field, by the last part of its path."""


def _said(language: Language, path: str, value: object) -> str:
    """A value as people say it; a code that this version does not know stands as it is."""
    called = _CODES.get(path.rpartition(".")[2])
    if called is None or not isinstance(value, str | list):
        return _text(language, value)
    try:
        return (
            called(language, value)
            if isinstance(value, str)
            else language.both([called(language, one) for one in value])
        )
    except KeyError:
        return _text(language, value)


def _text(language: Language, value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return language.gettext("yes") if value else language.gettext("no")
        case int() | float():
            return language.number(value)
        case Mapping():
            return ", ".join(f"{name} {_text(language, each)}" for name, each in value.items() if each is not None)
        case list():
            return "; ".join(_text(language, each) for each in value)
        case str() if (day := _day(value)) is not None:
            return language.day_with_year(day)
        case _:
            return str(value)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _later(language: Language, after: timedelta) -> str:
    return language.ngettext("one day later", "%(number)s days later", after.days) if after.days > 0 else ""


def _stored(message: Mapping[str, Any]) -> Stored:
    body = message["body"]
    with suppress(ValueError):  # a message that cannot be read is shown as it is
        body = to_json(from_json(body), indent=2).decode()
    return Stored(message["subject"], list(message["headers"].items()), body)
