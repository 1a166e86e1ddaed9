"""A row as …/today answers it, for the tests of what the page says of it."""

from datetime import date, timedelta
from typing import Any

DAY = date(2026, 11, 26)
"""A Thursday."""
MONDAY = DAY - timedelta(days=3)
PATIENT, CLINICIAN = {"id": "pt-1", "role": "patient"}, {"id": "cl-3", "role": "clinician"}
_PER_WEEK = {
    "what": "evenings without alcohol",
    "unit": "evenings",
    "target": 6,
    "per": "week",
    "direction": "at_least",
}
Told = dict[str, Any]


def reason(why: str, days: int | None = 3, **fields: object) -> Told:
    since = None if days is None else (DAY - timedelta(days=days)).isoformat()
    told = {"why": why, "since": since, "days": days, "goal": "evenings", "awaited": None, "text": None, "who": None}
    return {**told, **fields}


def week(*states: str, **fields: object) -> Told:
    days = [
        {"on": (MONDAY + timedelta(days=each)).isoformat(), "state": state, "value": None, "level": None}
        for each, state in enumerate(states)
    ]
    counted = {name: states.count(name) for name in ("kept", "otherwise", "untold")}
    told = sum(state in ("kept", "otherwise", "told") for state in states)
    measured = {"amount": counted["kept"], "target": 6, "per": "week", "direction": "at_least", "met": False}
    return {"days": days, "told": told, **counted, "value": None, "measure": _PER_WEEK, "measured": measured, **fields}


def goal(**fields: object) -> Told:
    told: Told = {
        "goal": "evenings",
        "status": "active",
        "statement": "Get through an evening",
        "wording": None,
        "who": PATIENT,
        "awaiting_agreement": [],
        "review": {"on": "2026-11-15", "who": CLINICIAN, "step": None},
        "step": None,
        "revisions": [],
        "week": week("kept", "untold", "otherwise", "today", "ahead", "ahead", "ahead"),
        "last_week": None,
        "offers": [],
    }
    return {**told, **fields}


def revision(*changes: Told, **fields: object) -> Told:
    told = {"who": CLINICIAN, "reason": "setback", "text": None, "agreed": True, "changes": list(changes)}
    return {**told, **fields}


def changed(field: str, before: object, after: object) -> Told:
    return {"field": field, "before": before, "after": after}


def row(*reasons: Told, **fields: object) -> Told:
    goals = fields.get("goals", [goal()])
    told: Told = {
        "org": "northside",
        "patient": "pt-1",
        "clinician": "cl-3",
        "setting": "outpatient",
        "accommodations": [],
        "day": DAY.isoformat(),
        "place": [6, "2026-12-01", "pt-1"],
        "reasons": list(reasons),
        "words": {"goal": "evenings", "of": "statement", "text": "Get through an evening", "who": PATIENT},
        "note": None,
        "goals": goals,
        "mood": [],
        "distress": [],
        "measures": [],
        "quarantined": [],
    }
    return {**told, **fields}


def answer(*rows: Told, next_: str | None = None, **counts: object) -> Told:
    needs = ("setback", "review_overdue", "motivation_dip", "waiting_for_clinician", "review_due", "no_entry")
    none = dict.fromkeys((*needs, "waiting_for_patient"), 0)
    told: Told = {
        "patients": len(rows),
        "by_clinician": [{"clinician": "cl-3", "patients": len(rows)}],
        "by_need": none,
        "by_reason": none,
    }
    by_need = {**none, **{name: value for name, value in counts.items() if name in none}}
    told.update({"by_need": by_need, "by_reason": by_need})
    told.update({name: value for name, value in counts.items() if name in told})
    return {"items": list(rows), "next": next_, "counts": told}
