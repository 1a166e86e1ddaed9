"""A session as it is read, for the tests of its pages."""

from projections.engine.paging import Json

STEPS = ("Never out", "Once out", "Three times out", "Out daily", "Out daily, with a friend")
HOSTILE = "<script>alert(1)</script> \"'& <b>"


def step(level: int, text: str, *, by_patient: bool = True) -> Json:
    return {"level": level, "text": text, "by_patient": by_patient}


def win(note: str | None, **fields: object) -> Json:
    told = {"on": "2026-03-01", "goal": "walk", "entry": "e1", "milestones": [], "is_step_up": False}
    return {**told, "note": note, "by_patient": note is not None or None, **fields}


def week(**fields: object) -> Json:
    told: Json = {"goal": "walk", "days_told": 3, "days_done": 3, "what": "evenings without a drink", "unit": None}
    return {**told, "low": 6, "high": None, "per": "week", "amount": 3, **fields}


def sheet(**fields: object) -> Json:
    return {
        "goal": "walk",
        "status": "active",
        "statement": "I want to go out by myself.",
        "own_words": True,
        "talk_on": "2026-03-04",
        "steps": [step(level, text) for level, text in zip((2, 1, 0, -1, -2), reversed(STEPS), strict=True)],
        "began": -1,
        "now": 1,
        "reached": [-1, 0, 1],
        "week": [week()],
        "week_begins": "2026-03-02",
        "is_last_week": False,
        "milestones": [],
        "wins": [win("Shop. Alone."), win("The park!"), win("Rang her.")],
        "asks_about": "going_on",
        "quarantined": None,
        **fields,
    }


def session(*sheets: Json, **fields: object) -> Json:
    told = {"org": "northside", "patient": "p1", "day": "2026-03-02", "accommodations": []}
    return {**told, "sheets": list(sheets) or [sheet()], **fields}
