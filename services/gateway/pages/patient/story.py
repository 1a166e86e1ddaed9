"""The story of a goal: what changed and why, with the words of those who changed it; setbacks, and what was reached."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from events.goal import GoalState
from events.goal.entries import ProgressEntry
from events.goal.state import PastReview, Revision
from projections.audit_trail.revisions import RevisedGoal
from projections.goal_state.patient.record import PatientRecord
from services.gateway.pages import addresses, days, terms
from services.gateway.pages.changes import Change, capitalized, changes_between, target
from services.gateway.pages.language import Language
from services.gateway.pages.patient.tree import Words, words_of

MOST_CHAPTERS = 8
"""The latest that are shown of a goal; its own page has all."""

Sign = Literal["stones", "stone"]
"""Two stones for what was decided, one for what the diary says."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody said at a review: who and when, in front of the words."""

    by: str
    words: Words


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who did it, and as what it is recorded."""

    by: str
    role: str
    version: int
    position: int
    address: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """Something that happened, newest first."""

    on: date
    when: str
    sign: Sign
    heading: str
    words: Words | None = None
    changes: Sequence[Change] = ()
    remark: Remark | None = None
    provenance: Provenance | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """The story of one goal.

    Attributes:
        has_more: Whether there is more than is shown.
    """

    goal: str
    words: Words
    address: str
    chapters: Sequence[Chapter]
    has_more: bool


def story_of(
    language: Language, record: PatientRecord, goal: GoalState, revised: Sequence[RevisedGoal], today: date
) -> Story:
    """The story of a goal with its diary.

    Args:
        revised: Its revisions, as far as whoever reads may read the history.
    """
    chapters = sorted(
        (
            *_revisions(language, record, goal, revised, today),
            *_setbacks(language, goal, today),
            *_milestones(language, goal, today),
            *_latest_note(language, goal, today),
            *_end(language, record, goal, today),
        ),
        key=lambda each: each.on,
        reverse=True,
    )
    address = addresses.address(addresses.GOAL, org=goal.org, patient=goal.patient, goal=goal.goal)
    return Story(goal.goal, words_of(goal), address, chapters[:MOST_CHAPTERS], len(chapters) > MOST_CHAPTERS)


def _revisions(
    language: Language, record: PatientRecord, goal: GoalState, revised: Sequence[RevisedGoal], today: date
) -> Iterator[Chapter]:
    by_version = {each.event.version: each for each in revised}
    by_position = {review.position: review for review in goal.reviews}
    of_day = {review.on: review for review in goal.reviews}
    names = {each.goal: language.quoted(each.wording or each.statement) for each in record.goals}
    names |= {each.id: language.quoted(each.text) for each in (record.plan.priorities if record.plan else ())}
    for revision in reversed(goal.revisions):
        found = by_version.get(revision.version)
        on, role = record.day(revision.at), revision.actor.role
        changes = (
            changes_between(language, found.before, found.after, by_patient=role == "patient", names=names)
            if found
            else []
        )
        # A revision may name the review that led to it; else one of the same day did.
        review = of_day.get(on) if revision.review is None else by_position.get(revision.review)
        yield Chapter(
            on,
            days.short(language, on, today),
            "stones",
            _heading(language, revision, found),
            Words(revision.note, role == "patient") if revision.note else None,
            changes,
            _remark(language, review, on, today) if review is not None and review.note else None,
            _provenance(language, goal, revision, found) if found else None,
        )


def _heading(language: Language, revision: Revision, found: RevisedGoal | None) -> str:
    """What changed and why, in a line: `At least 3 evenings a week, after a setback`."""
    _ = language.gettext
    why = terms.why_revised(language, revision.reason)
    fields = set(revision.fields)
    measures = [each.smart.measure if each.smart else None for each in (found.before, found.after)] if found else []
    if measures and measures[1] is not None and measures[0] != measures[1]:
        what = capitalized(target(language, measures[1]))
    elif fields == {"wording"}:
        what = _("Put in other words")
    elif fields == {"gas"}:
        what = _("The steps changed")
    elif fields == {"supports"}:
        what = _("Leads to another goal")
    elif fields == {"due"}:
        what = _("Another day")
    else:
        what = _("Changed")
    return _("%(what)s, %(why)s", what=what, why=why)


def _remark(language: Language, review: PastReview, on: date, today: date) -> Remark:
    if review.on == on:
        by = language.gettext("%(who)s, at the review that day:", who=review.actor.id)
    else:
        day = days.past(language, review.on, today)
        by = language.gettext("%(who)s, at the review on %(day)s:", who=review.actor.id, day=day)
    return Remark(by, Words(review.note or "", review.actor.role == "patient"))


def _provenance(language: Language, goal: GoalState, revision: Revision, found: RevisedGoal) -> Provenance:
    position = found.event.position
    return Provenance(
        revision.actor.id,
        terms.role(language, revision.actor.role),
        revision.version,
        position,
        # Who may read of this patient alone is told of an event by the patient's name only.
        addresses.address(
            addresses.AUDITED_EVENT, org=goal.org, position=str(position), query={"patient": goal.patient}
        ),
    )


def _setbacks(language: Language, goal: GoalState, today: date) -> Iterator[Chapter]:
    for entry in reversed(goal.progress):
        if entry.setback:
            yield _entry(language, entry, language.gettext("Diary, a setback told"), today)


def _latest_note(language: Language, goal: GoalState, today: date) -> Iterator[Chapter]:
    with_note = [each for each in goal.progress if each.note and not each.setback]
    if with_note:
        latest = max(with_note, key=lambda each: (each.on, each.version))
        if latest.on not in {each.met_on for each in goal.milestones}:
            yield _entry(language, latest, language.gettext("Diary"), today)


def _entry(language: Language, entry: ProgressEntry, heading: str, today: date) -> Chapter:
    words = Words(entry.note, entry.actor.role == "patient") if entry.note else None
    return Chapter(entry.on, days.short(language, entry.on, today), "stone", heading, words)


def _milestones(language: Language, goal: GoalState, today: date) -> Iterator[Chapter]:
    for milestone in goal.milestones:
        if milestone.met_on is not None:
            note = note_of(goal, milestone.met_on)
            heading = language.gettext("%(milestone)s, met", milestone=language.quoted(milestone.text))
            yield Chapter(milestone.met_on, days.short(language, milestone.met_on, today), "stones", heading, note)


def _end(language: Language, record: PatientRecord, goal: GoalState, today: date) -> Iterator[Chapter]:
    if goal.status == "closed" and goal.closing is not None and goal.outcome is not None:
        on = record.day(goal.closing.at)
        words = Words(goal.reason, goal.closing.actor.role == "patient") if goal.reason else None
        heading = capitalized(terms.outcome(language, goal.outcome))
        yield Chapter(on, days.short(language, on, today), "stones", heading, words)


def note_of(goal: GoalState, day: date) -> Words | None:
    """What the diary says of a day, the last that was told; None where it says nothing in words."""
    notes = [each for each in goal.progress if each.on == day and each.note]
    return Words(notes[-1].note or "", notes[-1].actor.role == "patient") if notes else None
