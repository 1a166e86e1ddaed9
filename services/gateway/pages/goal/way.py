"""The way of a goal until now, newest first: revisions with before and after, reviews, and what became of it.

Diary entries are folded into one line between what else happened, which opens. Nothing else is ever folded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from typing import NamedTuple

from events.goal.entries import ProgressEntry
from events.vocabulary import CAIRN_ITSELF
from projections.engine.paging import Json
from services.access.principal import HOUSE
from services.gateway.pages import days
from services.gateway.pages.changes import Change
from services.gateway.pages.goal.diary import ToldDay, note_of, shortened, told
from services.gateway.pages.goal.events import Aside, Sign, WayTold, told_event
from services.gateway.pages.language import Language
from services.gateway.pages.voices import Said, who

MAX_FOLDED = 12
"""How many entries a line of the diary opens to; the others are in the calendar of their weeks."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who it was, by whom it was sent, and as what it is recorded."""

    by: str
    entered_by: str | None
    sent: str | None
    happened: str
    recorded: str
    version: int
    position: int


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of the way.

    Attributes:
        title: What happened.
        words: The reason, note or request, in the voice of whoever said it.
        asides: What else there is to say, each a sentence, and the words in it.
        changes: What a revision changed.
    """

    on: date
    sign: Sign
    title: str
    provenance: Provenance
    words: Said | None = None
    asides: Sequence[Aside] = ()
    changes: Sequence[Change] = ()


@dataclass(frozen=True, slots=True)
class Folded:
    """Diary entries between what else happened.

    Attributes:
        latest: The newest note among those that are here.
        rows: Those that are here, the newest first.
        elsewhere: What to ask for to see the weeks of those that are not here.
        first: The first day of all of them; None where not all were read.
        last: The last day of those that were read.
    """

    title: str
    latest: Said | None
    rows: Sequence[ToldDay]
    elsewhere: Mapping[str, str] | None
    first: date | None
    last: date | None
    sign: Sign = field(default="told", init=False)


class Way(NamedTuple):
    """The way as the page shows it.

    Attributes:
        before: The cursor of what comes before; None at the beginning.
    """

    items: Sequence[Happened | Folded]
    before: str | None


def way(language: Language, given: WayTold) -> Way:
    """What happened, newest first."""
    followed = {event["causeversion"]: event for event in given.events if event["causeversion"] is not None}
    shown = {event["version"] for event in given.events}
    items: list[Happened | Folded] = []
    above = given.goal.version + 1 if given.is_newest else None
    for event in given.events:
        version = event["version"]
        if above is not None and above - version > 1:
            items.append(_folded(language, given, version, above, event["time"]))
        above = version
        # What followed by itself is told with what it followed from, unless that was a diary entry.
        if event["causeversion"] in shown:
            continue
        items.append(_happened(language, given, event, followed.get(version)))
    return Way(items, given.before)


def _sent(language: Language, event: Json) -> str | None:
    """By whom it came in, where that says more than who did it."""
    by = event["submittedby"]
    if by in (None, CAIRN_ITSELF.id, event["actor"], event["enteredby"]):
        return None
    return (
        language.gettext("sent on Cairn’s own machine") if by == HOUSE else language.gettext("sent by %(who)s", who=by)
    )


def _happened(language: Language, given: WayTold, event: Json, followed: Json | None) -> Happened:
    found = told_event(language, given, event)
    asides = list(found.asides)
    if followed is not None and "due_on" in followed["data"]:
        day = days.past(language, date.fromisoformat(followed["data"]["due_on"]), given.today)
        asides.append((language.gettext("Next review set for %(day)s.", day=day), None))
    happened, recorded = (_local(event[name], given.zone) for name in ("time", "recordedtime"))
    caused = event["causeversion"] is not None
    by = language.gettext("Cairn, by itself") if caused else _who(language, event)
    provenance = Provenance(
        by,
        event["enteredby"],
        _sent(language, event),
        _moment(language, happened, given.today),
        _moment(language, recorded, given.today),
        event["version"],
        event["position"],
    )
    return Happened(happened.date(), found.sign, found.title, provenance, found.words, asides, found.changes)


def _moment(language: Language, at: datetime, today: date) -> str:
    day = days.short(language, at.date(), today)
    return language.gettext("%(day)s, %(time)s", day=day, time=language.clock(at))


def _folded(language: Language, given: WayTold, after: int, before: int, since: str) -> Folded:
    """The entries between two events.

    Args:
        after, before: The versions of the two.
        since: When the earlier one happened.
    """
    many = before - after - 1
    here = sorted((each for each in given.entries if after < each.version < before), key=lambda each: -each.version)
    measure = given.goal.smart.measure if given.goal.smart else None
    unit = measure.unit if measure else None
    rows = [ToldDay(each.on, None, told(language, each, unit), _note(language, each)) for each in here[:MAX_FOLDED]]
    latest = next((row.note for row in rows if row.note is not None), None)
    title = language.ngettext("One diary entry", "%(number)s diary entries", many)
    elsewhere = None
    if len(rows) < many:
        first = rows[-1].on if rows else _local(since, given.zone).date()
        elsewhere = {"to": first.isoformat()} if rows else {"from": first.isoformat()}
    read = [each.on for each in here]
    return Folded(title, latest, rows, elsewhere, min(read) if len(read) == many else None, max(read, default=None))


def _note(language: Language, entry: ProgressEntry) -> Said | None:
    note = note_of(language, entry)
    return note and replace(note, text=shortened(note.text))


def _local(instant: str, zone: tzinfo) -> datetime:
    return datetime.fromisoformat(instant).astimezone(zone)


def _who(language: Language, event: Json) -> str:
    return who(language, event["actor"], event["actorrole"])
