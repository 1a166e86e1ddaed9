"""What is said of each event on the way of a goal: a title, the words that go with it, and what it changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any, Literal, NamedTuple

from events.goal import GoalState
from events.goal.entries import ProgressEntry
from projections.audit_trail.moments import Version, texts
from projections.engine.paging import Json
from projections.goal_state.patient.record import PatientRecord
from services.gateway.pages import days, terms
from services.gateway.pages.changes import Change, changes_between
from services.gateway.pages.language import Language
from services.gateway.pages.pictures.ladder import signed
from services.gateway.pages.voices import Said, who

Aside = tuple[str, Said | None]
"""A sentence, and the words in it."""
Sign = Literal["told", "review", "change", "other"]
"""A stone, a ring with a tick, two stones, and an empty ring."""


@dataclass(frozen=True, slots=True)
class WayTold:
    """What the way is told from.

    Attributes:
        events: As a history has them, without the diary, the newest first.
        is_newest: Whether these are the last that happened.
        versions: The goal before and after each event that gave it words.
        entries: Diary entries that were read, of the weeks that the calendar draws.
        record: The plan and the other goals of the patient.
        zone: Where the patient is treated.
        today: The day of looking there; a day of another year is told with its year.
    """

    goal: GoalState
    events: Sequence[Json]
    is_newest: bool
    before: str | None
    versions: Sequence[Version]
    entries: Sequence[ProgressEntry]
    record: PatientRecord
    zone: tzinfo
    today: date


class Telling(NamedTuple):
    """One event of the way, to be told.

    Attributes:
        event: As a history has it.
    """

    language: Language
    given: WayTold
    event: Json

    @property
    def who(self) -> str:
        """Who did it, in a sentence."""
        return who(self.language, self.event["actor"], self.event["actorrole"])

    @property
    def data(self) -> dict[str, Any]:
        """The event's own fields."""
        data: dict[str, Any] = self.event["data"]
        return data

    def said(self, text: str | None) -> Said | None:
        """Words of whoever the event is of."""
        return Said.of(self.language, text, self.event["actor"], self.event["actorrole"]) if text else None

    def day(self, name: str) -> str:
        """A day that the event names."""
        return days.past(self.language, date.fromisoformat(self.data[name]), self.given.today)


class Told(NamedTuple):
    """What is said of an event.

    Attributes:
        words: The reason, note or request, in the voice of whoever said it.
        asides: What else there is to say.
        changes: What a revision changed.
    """

    title: str
    sign: Sign = "other"
    words: Said | None = None
    asides: Sequence[Aside] = ()
    changes: Sequence[Change] = ()


def _proposed(telling: Telling) -> Told:
    by = telling.who
    title = telling.language.gettext("Proposed by %(who)s", who=by)
    return Told(title, words=telling.said(telling.data["statement"]))


def _imported(telling: Telling) -> Told:
    title = telling.language.gettext("Brought in from another system")
    return Told(title, words=telling.said(telling.data["statement"]))


def _agreed(telling: Telling) -> Told:
    title = telling.language.gettext("Agreed by %(who)s", who=telling.who)
    return Told(title, words=telling.said(telling.data.get("note")))


def _contested(telling: Telling) -> Told:
    title = telling.language.gettext("%(who)s pushed back", who=telling.who)
    return Told(_begun_large(title), words=telling.said(telling.data["reason"]))


def _activated(telling: Telling) -> Told:
    override = telling.data.get("override")
    more = telling.language.gettext("One more than the plan allows at a time.")
    asides = [(more, telling.said(override["reason"]))] if override else []
    return Told(telling.language.gettext("The work began"), asides=asides)


def _revised(telling: Telling) -> Told:
    language, data = telling.language, telling.data
    title = language.gettext(
        "Revised by %(who)s, %(why)s",
        who=telling.who,
        why=terms.why_revised(language, data["reason"]),
    )
    changes: Sequence[Change] = ()
    version = next((each for each in telling.given.versions if each.recorded.version == telling.event["version"]), None)
    if version is not None and version.before is not None:
        by_patient = telling.event["actorrole"] == "patient"
        before, after = (_named(each, telling.given.record) for each in (version.before, version.after))
        changes = changes_between(language, before, after, by_patient=by_patient)
    return Told(title, "change", telling.said(data.get("note")), changes=changes)


def _named(goal: GoalState, record: PatientRecord) -> GoalState:
    """A goal that names the goal above it, and the priority that it serves, by their words."""
    above = record.goal(goal.supports) if goal.supports else None
    priorities = record.plan.priorities if record.plan else ()
    served = next((each for each in priorities if each.id == goal.priority), None)
    return goal.with_changes(
        {
            "supports": above.wording or above.statement if above else goal.supports,
            "priority": served.text if served else goal.priority,
        }
    )


def _change_requested(telling: Telling) -> Told:
    title = telling.language.gettext("A change was asked for by %(who)s", who=telling.who)
    return Told(title, words=telling.said(telling.data["text"]))


def _change_answered(telling: Telling) -> Told:
    language = telling.language
    title = {
        "accepted": lambda: language.gettext("Answered: yes"),
        "adapted": lambda: language.gettext("Answered: yes, in another way"),
        "declined": lambda: language.gettext("Answered: not now"),
    }[telling.data["answer"]]()
    return Told(title, words=telling.said(telling.data["text"]))


def _milestone_set(telling: Telling) -> Told:
    title = telling.language.gettext("A milestone set for %(day)s", day=telling.day("due"))
    return Told(title, words=telling.said(telling.data["text"]))


def _milestone_met(telling: Telling) -> Told:
    title = telling.language.gettext("A milestone reached on %(day)s", day=telling.day("on"))
    milestone = telling.data["milestone"]
    for event in telling.given.events:
        if event["type"].endswith("milestone_set.v1") and event["data"]["milestone"] == milestone:
            text = event["data"]["text"]
            return Told(title, "told", Said.of(telling.language, text, event["actor"], event["actorrole"]))
    text = next((each.text for each in telling.given.goal.milestones if each.milestone == milestone), None)
    return Told(title, "told", Said(text, is_own=False) if text else None)


def _progress_corrected(telling: Telling) -> Told:
    title = telling.language.gettext("A diary entry put right")
    return Told(title, words=telling.said(telling.data["reason"]))


def _progress_withdrawn(telling: Telling) -> Told:
    title = telling.language.gettext("A diary entry taken back")
    return Told(title, words=telling.said(telling.data["reason"]))


def _review_scheduled(telling: Telling) -> Told:
    language, day = telling.language, telling.day("due_on")
    title = {
        "setback": lambda: language.gettext("Review set sooner, for %(day)s, after a setback", day=day),
        "motivation": lambda: language.gettext("Review set for %(day)s, as motivation dipped", day=day),
        "requested": lambda: language.gettext("Review set for %(day)s, as asked for", day=day),
        "moved": lambda: language.gettext("Review moved to %(day)s", day=day),
    }.get(telling.data["cause"], lambda: language.gettext("Review set for %(day)s", day=day))()
    return Told(title)


def _reviewed(telling: Telling) -> Told:
    language, data = telling.language, telling.data
    present = language.both([terms.role(language, role) for role in dict.fromkeys(data["participants"])])
    decision = terms.decision(language, data["decision"])
    title = language.gettext("Review, %(present)s: %(decision)s", present=present, decision=decision)
    asides: list[Aside] = []
    if not telling.event["time"].startswith(data["on"]):
        asides.append((language.gettext("Looked at on %(day)s.", day=telling.day("on")), None))
    if data.get("level") is not None:
        asides.append(_found_at(telling, data["level"]))
    return Told(title, "review", telling.said(data.get("note")), asides)


def _found_at(telling: Telling, level: int) -> Aside:
    """The step that was found, in the words that it had then."""
    written = texts(each for each in telling.given.versions if each.recorded.version <= telling.event["version"])
    step = written.steps.get(str(level)) if written else None
    text = telling.language.gettext("Found at step %(sign)s.", sign=signed(level))
    return text, Said.of(telling.language, step.text, step.actor, step.actorrole) if step else None


def _held(telling: Telling) -> Told:
    return Told(telling.language.gettext("Put to rest for a while"), words=telling.said(telling.data["reason"]))


def _resumed(telling: Telling) -> Told:
    return Told(telling.language.gettext("Taken up again"), words=telling.said(telling.data["reason"]))


def _closed(telling: Telling) -> Told:
    how = terms.outcome(telling.language, telling.data["outcome"])
    title = telling.language.gettext("Closed: %(how)s", how=how)
    asides = [] if telling.data.get("level") is None else [_found_at(telling, telling.data["level"])]
    return Told(title, "review", telling.said(telling.data["reason"]), asides)


def _reopened(telling: Telling) -> Told:
    return Told(telling.language.gettext("Opened again"), words=telling.said(telling.data["reason"]))


def _entered_in_error(telling: Telling) -> Told:
    return Told(telling.language.gettext("Struck out"), words=telling.said(telling.data["reason"]))


def _voided(telling: Telling) -> Told:
    title = telling.language.gettext("Something that could not be read was set aside")
    return Told(title, words=telling.said(telling.data["reason"]))


def told_event(language: Language, given: WayTold, event: Json) -> Told:
    """What is said of an event of the way."""
    return TELLERS.get(event["type"].split(".")[2], _other)(Telling(language, given, event))


def _other(telling: Telling) -> Told:
    return Told(telling.language.gettext("Something was recorded"))


def _begun_large(text: str) -> str:
    return text[:1].upper() + text[1:]


TELLERS = {
    "proposed": _proposed,
    "imported": _imported,
    "agreed": _agreed,
    "contested": _contested,
    "activated": _activated,
    "revised": _revised,
    "change_requested": _change_requested,
    "change_answered": _change_answered,
    "milestone_set": _milestone_set,
    "milestone_met": _milestone_met,
    "progress_corrected": _progress_corrected,
    "progress_withdrawn": _progress_withdrawn,
    "review_scheduled": _review_scheduled,
    "reviewed": _reviewed,
    "held": _held,
    "resumed": _resumed,
    "closed": _closed,
    "reopened": _reopened,
    "entered_in_error": _entered_in_error,
    "voided": _voided,
}
"""How each type of event is told, by the name in its type; what is of none of them is told as something."""
