"""A patient as Today tells of one: the reasons with their words, what changed since the last review, and the week."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from pydantic_core import from_json

from events.goal.offers import offers
from events.time_zones import time_zone
from projections.engine.paging import Json
from projections.goal_state.caseload_needs import NEEDS
from projections.goal_state.caseload_reasons import Reason
from projections.goal_state.diary import read_diary
from projections.goal_state.served_goals import read_facts
from projections.goal_state.today_order import Patient
from projections.goal_state.today_week import Entry, last_week_of, week_of


class Goal(NamedTuple):
    """An open goal out of its row and document."""

    patient: str
    goal: str
    status: str
    level: int | None
    next_review_on: date | None
    last_entry_on: date | None
    setbacks: int
    diary: str
    facts: str
    document: str


class AwaitedWord(NamedTuple):
    """A word that is awaited."""

    patient: str
    goal: str
    role: str
    awaited: str
    request: str
    since: datetime
    text: str | None


class Score(NamedTuple):
    """A score of an instrument."""

    patient: str
    instrument: str
    day: date
    version: int
    score: int


Changes = Mapping[tuple[str, str, int], Sequence[Json]]
"""What revisions changed, by patient, goal and version."""


class OfPatient(NamedTuple):
    """All that is read of one patient; `entries` and moods are those of the last weeks."""

    goals: Sequence[Goal]
    entries: Sequence[Entry]
    changes: Changes
    awaited: Sequence[AwaitedWord]
    plan: Json
    scores: Sequence[Score]


def read_patient(patient: Patient, found: OfPatient, *, first: date) -> Json:
    """The row of one patient.

    Args:
        first: The first day of the lines of mood and distress.
    """
    day, zone = patient.looked
    documents = {goal.goal: from_json(goal.document) for goal in found.goals}
    goals = sorted(found.goals, key=lambda each: each.goal)
    entries = sorted(found.entries, key=lambda each: (each.day, each.goal, each.version))
    reasons = [_reason(each, patient, found, documents, entries) for each in patient.reasons]
    told = [
        _goal(
            goal, documents[goal.goal], [each for each in entries if each.goal == goal.goal], found.changes, day, zone
        )
        for goal in goals
    ]
    reviewed = [each["review"] for each in told if each["review"] is not None]
    last_review = max(reviewed, key=lambda each: each["on"], default=None)
    return {
        "patient": patient.patient,
        "clinician": patient.clinician,
        "setting": patient.setting,
        "plan_status": patient.plan_status,
        "accommodations": found.plan.get("accommodations", []),
        "day": day,
        "need": patient.need,
        "waiting_since": patient.waiting_since,
        "quiet_since": patient.quiet_since,
        "place": [patient.place, patient.since, patient.patient],
        "reasons": reasons,
        "words": _words(reasons, goals, documents),
        "note": _note(entries),
        "last_review_on": last_review["on"] if last_review else None,
        "goals": told,
        "mood": _moods(entries, found.scores, first),
        "distress": [
            {"on": each.day, "instrument": each.instrument, "score": each.score}
            for each in _in_order(found.scores)
            if each.instrument != "mood" and each.day >= first
        ],
        "measures": list(_measures(found.scores)),
        "next_reviews": [
            {"goal": each.goal, "due_on": each.next_review_on}
            for each in sorted(goals, key=lambda each: (each.next_review_on or date.max, each.goal))
            if each.next_review_on is not None
        ],
    }


def _reason(
    reason: Reason,
    patient: Patient,
    found: OfPatient,
    documents: Mapping[str, Json],
    entries: Sequence[Entry],
) -> Json:
    """A reason with what was said, and by whom."""
    document = documents.get(reason.goal, {})
    since = date.fromisoformat(reason.since) if reason.since else None
    why = NEEDS[reason.place]
    request: str | None = None
    text: str | None = None
    who: Json | None = None
    at: datetime | None = None
    if reason.awaited:
        role = "clinician" if why == "waiting_for_clinician" else "patient"
        waits = [
            each
            for each in found.awaited
            if (each.goal, each.role, each.awaited) == (reason.goal, role, reason.awaited)
        ]
        word = min(waits, key=lambda each: each.since, default=None)
        if word is not None:
            request, text, at = word.request or None, word.text, word.since
            who = _who_asked(document, word)
    elif why == "setback":
        told = [each for each in entries if each.goal == reason.goal and each.setback and each.day == since]
        if told:
            text, who = told[-1].note, {"id": told[-1].actor, "role": told[-1].actor_role}
    return {
        "why": why,
        "since": since,
        "days": None if since is None else (patient.looked.day - since).days,
        "goal": reason.goal,
        "statement": document.get("statement"),
        "wording": document.get("wording"),
        "awaited": reason.awaited or None,
        "request": request,
        "at": at,
        "text": text,
        "who": who,
    }


def _who_asked(document: Json, word: AwaitedWord) -> Json | None:
    """Whose contest, request or proposal waits for an answer."""
    if word.awaited == "answer_to_contest":
        contest: Json | None = document.get("contest")
        return contest["actor"] if contest else None
    if word.awaited == "answer_to_change_request":
        return next((each["actor"] for each in document["change_requests"] if each["request"] == word.request), None)
    revisions: Sequence[Json] = document.get("revisions", ())
    actor: Json = (revisions[-1] if revisions else document)["actor" if revisions else "created_by"]
    return actor


def _words(reasons: Sequence[Json], goals: Sequence[Goal], documents: Mapping[str, Json]) -> Json | None:
    """What stands largest in the row: what the first reason is about in the patient's words, or a goal in them."""
    for reason in reasons[:1]:
        if reason["text"] and reason["who"] and reason["who"]["role"] == "patient":
            of = reason["awaited"] or reason["why"]
            return {"goal": reason["goal"], "of": of, "text": reason["text"], "who": reason["who"]}
    asked = [reason["goal"] for reason in reasons if reason["goal"] in documents]
    begun = [goal.goal for goal in goals if goal.status in ("active", "held")]
    order = list(dict.fromkeys((*asked, *begun, *(goal.goal for goal in goals))))
    own = [goal for goal in order if documents[goal]["created_by"]["role"] == "patient"]
    for goal in (*own[:1], *order[:1]):
        return {
            "goal": goal,
            "of": "statement",
            "text": documents[goal]["statement"],
            "who": documents[goal]["created_by"],
        }
    return None


def _note(entries: Sequence[Entry]) -> Json | None:
    for each in reversed(entries):
        if each.note:
            who = {"id": each.actor, "role": each.actor_role}
            return {"goal": each.goal, "on": each.day, "text": each.note, "setback": bool(each.setback), "who": who}
    return None


def _goal(goal: Goal, document: Json, entries: Sequence[Entry], changes: Changes, day: date, zone: str) -> Json:
    review = max(document["reviews"], key=lambda each: (each["on"], each["version"]), default=None)
    levels = _levels(document, entries)
    diary = read_diary(goal.diary)
    week = week_of(document, entries, day) if goal.status in ("active", "held") else None
    offered = offers(read_facts(goal.facts), diary.facts) if diary.raised or diary.setbacks else []
    return {
        "goal": goal.goal,
        "status": goal.status,
        "statement": document["statement"],
        "wording": document["wording"],
        "who": document["created_by"],
        "next_review_on": goal.next_review_on,
        "last_entry_on": goal.last_entry_on,
        "awaiting_agreement": document["awaiting_agreement"],
        "review": None if review is None else _review(review, document, levels),
        "step": _step(document, levels, review["on"] if review else None),
        "revisions": list(_revisions(goal, document, changes, review, zone)),
        "week": week,
        "last_week": None if week is None else last_week_of(document, entries, day, week),
        "offers": [{"decision": each.decision, "text": each.sentence} for each in offered],
    }


class _Level(NamedTuple):
    on: date
    version: int
    level: int


def _levels(document: Json, entries: Iterable[Entry]) -> Sequence[_Level]:
    """The levels that reviews told, and entries of the last weeks, in the order of their days."""
    of_reviews = [
        _Level(date.fromisoformat(each["on"]), each["version"], each["level"])
        for each in document["reviews"]
        if each["level"] is not None
    ]
    return sorted(
        of_reviews + [_Level(each.day, each.version, each.level) for each in entries if each.level is not None]
    )


def _review(review: Json, document: Json, levels: Sequence[_Level]) -> Json:
    on = date.fromisoformat(review["on"])
    told: int | None = review["level"]
    before = [each.level for each in levels if (each.on, each.version) < (on, review["version"])]
    if not before and document["gas"] and document["gas"]["baseline"] is not None:
        before = [document["gas"]["baseline"]]
    return {
        "on": on,
        "decision": review["decision"],
        "who": review["actor"],
        "with_patient": "patient" in review["participants"],
        "text": review["note"],
        "step": None if told is None else _stepped(document, before[-1] if before else None, told, on),
    }


def _step(document: Json, levels: Sequence[_Level], reviewed_on: str | None) -> Json | None:
    """The step to the latest level, where that was told after the last review and is another one."""
    if reviewed_on is None or not levels:
        return None
    on = date.fromisoformat(reviewed_on)
    before = [each.level for each in levels if each.on <= on]
    *_, last = levels
    if last.on <= on or not before or before[-1] == last.level:
        return None
    return _stepped(document, before[-1], last.level, last.on)


def _stepped(document: Json, before: int | None, level: int, on: date) -> Json:
    gas: Json | None = document["gas"]
    text = gas["levels"].get(str(level)) if gas else None
    return {"from": before, "to": level, "on": on, "text": text}


def _revisions(goal: Goal, document: Json, changes: Changes, review: Json | None, zone: str) -> Iterable[Json]:
    """What was reworded since the last review; the latest is agreed to by whoever has agreed to the goal."""
    revisions = [each for each in document["revisions"] if review is None or each["version"] > review["version"]]
    for number, each in enumerate(revisions, 1):
        agreed = not document["awaiting_agreement"] if number == len(revisions) else None
        yield {
            "version": each["version"],
            "on": datetime.fromisoformat(each["at"]).astimezone(time_zone(zone)).date(),
            "who": each["actor"],
            "reason": each["reason"],
            "text": each["note"],
            "agreed": agreed,
            "changes": changes.get((goal.patient, goal.goal, each["version"]), []),
        }


def _moods(entries: Iterable[Entry], scores: Iterable[Score], first: date) -> list[Json]:
    """One mood a day: the last that was told with a goal, the goals by their ids, else the one that was measured."""
    found: dict[date, Json] = {}
    for score in _in_order(scores):
        if score.instrument == "mood" and score.day >= first:
            found[score.day] = {"on": score.day, "value": score.score, "goal": None}
    for each in entries:
        if each.mood is not None and each.day >= first:
            found[each.day] = {"on": each.day, "value": each.mood, "goal": each.goal}
    return [found[day] for day in sorted(found)]


def _measures(scores: Iterable[Score]) -> Iterable[Json]:
    by_instrument: dict[str, list[Score]] = {}
    for each in _in_order(scores):
        by_instrument.setdefault(each.instrument, []).append(each)
    for instrument in sorted(by_instrument.keys() - {"mood"}):
        began, *_, last = [*by_instrument[instrument][:1], *by_instrument[instrument]]
        yield {
            "instrument": instrument,
            "first": {"on": began.day, "score": began.score},
            "last": {"on": last.day, "score": last.score},
        }


def _in_order(scores: Iterable[Score]) -> list[Score]:
    return sorted(scores, key=lambda each: (each.day, each.version))
