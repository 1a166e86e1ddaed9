"""Taking part: how much was told and talked about, what was reached, what makes it fit, and what helped."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from projections.engine.paging import Json
from projections.goal_state.patient.record import PatientRecord
from services.gateway.pages import days, terms
from services.gateway.pages.language import Language
from services.gateway.pages.patient.story import note_of
from services.gateway.pages.patient.tree import Words

_WINS, _GAPS, _HELP = 4, 2, 6
"""The most that are named of each."""


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence, and the words that go with it."""

    text: str
    words: Words | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """What is told about, and what is told."""

    name: str
    said: Sequence[Said]


def facts_shown(
    language: Language, record: PatientRecord, engagement: Json, interventions: Sequence[Json], today: date
) -> list[Fact]:
    """Taking part, as :func:`engagement` and :func:`interventions` of a patient's record tell it."""
    _ = language.gettext
    attendance = engagement["attendance"]
    found = [Fact(_("Diary"), list(_diary(language, record, engagement, today)))]
    if attendance["told"]:
        there = _("there on %(done)s of %(told)s days told", done=attendance["done"], told=attendance["told"])
        found.append(Fact(_("Being there"), [Said(there)]))
    found.append(Fact(_("Reviews"), [Said(_reviews(language, attendance))]))
    if wins := list(_wins(language, record, today)):
        found.append(Fact(_("Wins"), wins[:_WINS]))
    asked_for = record.plan.accommodations if record.plan else ()
    named = [terms.accommodation(language, each) for each in asked_for]
    found.append(Fact(_("Accommodations"), [Said(language.both(named) if named else _("none asked for"))]))
    if helped := [said for each in interventions if (said := _helped(language, record, each))]:
        found.append(Fact(_("Helped by"), helped[:_HELP]))
    return found


def _diary(language: Language, record: PatientRecord, engagement: Json, today: date) -> Iterator[Said]:
    number, last = engagement["days_with_entry"], engagement["last_entry_on"]
    if not number:
        yield Said(language.gettext("nothing told yet"))
        return
    first = min(entry.on for goal in record.goals for entry in goal.progress)
    yield Said(
        language.ngettext(
            "one day told since %(since)s, last %(last)s",
            "%(number)s days told since %(since)s, last %(last)s",
            number,
            since=days.past(language, first, today),
            last=days.near(language, last, today),
        )
    )
    for gap in list(reversed(engagement["gaps"]))[:_GAPS]:
        yield Said(
            language.ngettext(
                "one day not told after %(day)s: we do not know how it went",
                "%(number)s days not told after %(day)s: we do not know how they went",
                gap["days"],
                day=days.past(language, gap["after"], today),
            )
        )


def _reviews(language: Language, attendance: Json) -> str:
    if not attendance["reviews"]:
        return language.gettext("none held yet")
    number, together = attendance["reviews"], attendance["with_patient"]
    held = language.ngettext("one held", "%(number)s held", number)
    if number == together == 1:
        return language.gettext("%(held)s, together", held=held)
    return language.gettext("%(held)s, %(together)s of them together", held=held, together=language.number(together))


def _wins(language: Language, record: PatientRecord, today: date) -> Iterator[Said]:
    met = [(each.met_on, goal, each) for goal in record.valid_goals for each in goal.milestones if each.met_on]
    for on, goal, milestone in sorted(met, key=lambda each: each[0], reverse=True):
        text = language.gettext(
            "%(milestone)s, met on %(day)s",
            milestone=language.quoted(milestone.text),
            day=days.past(language, on, today),
        )
        note = note_of(goal, on)
        yield Said(f"{text}:" if note else text, note)


def _helped(language: Language, record: PatientRecord, intervention: Json) -> Said | None:
    """An intervention, with how the goals went that it is linked to; None where nothing tells that."""
    told = [text for each in intervention["goals"] if (text := _linked(language, record, each))]
    if not told:
        return None
    what = language.gettext("%(what)s (%(progress)s)", what=intervention["intervention"], progress="; ".join(told))
    return Said(what)


def _linked(language: Language, record: PatientRecord, linked: Json) -> str:
    goal = record.goal(linked["goal"])
    if goal is None:
        return ""
    measure = goal.smart.measure if goal.smart else None
    name = (measure.unit or measure.what) if measure else language.quoted(goal.wording or goal.statement)
    said = []
    if linked["told"]:
        done = language.number(linked["done"])
        said.append(
            language.ngettext("%(done)s of one told day", "%(done)s of %(number)s told days", linked["told"], done=done)
        )
    if change := linked["change"]:
        if change > 0:
            said.append(language.ngettext("one step up", "%(number)s steps up", change))
        else:
            said.append(language.ngettext("one step below the start", "%(number)s steps below the start", -change))
    if not said:
        return ""
    return language.gettext("%(name)s: %(progress)s", name=name, progress=language.both(said))
