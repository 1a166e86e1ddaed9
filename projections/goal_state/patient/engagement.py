"""How much a patient takes part: entries, the gaps between them, and attendance (S47). A gap is unknown, no failure."""

from collections.abc import Collection, Sequence
from datetime import date
from itertools import pairwise

from events.goal import GoalState
from events.goal.flags import SILENT_AFTER
from projections.engine.paging import Json


def engagement(goals: Sequence[GoalState], today: date) -> Json:
    """What some goals of a patient tell about how much they take part, up to a day.

    Returns:
        `entries`; `days_with_entry`; `last_entry_on` and `days_since_last_entry`, null before the first; `gaps`, of
        seven days or more between two entries or up to today, each with `after`, `before` (null while it lasts) and
        `days`; and `attendance`: how many `reviews` took place, and how many of them `with_patient`; how many entries
        about goals in the life area attendance say either way (`told`), and how many of them say `done`.
    """
    days = sorted({entry.on for goal in goals for entry in goal.progress if entry.on <= today})
    return {
        "entries": sum(len(goal.progress) for goal in goals),
        "days_with_entry": len(days),
        "last_entry_on": days[-1] if days else None,
        "days_since_last_entry": (today - days[-1]).days if days else None,
        "gaps": _gaps(days, today, still_open=any(goal.status == "active" for goal in goals)),
        "attendance": _attendance(goals),
    }


def _gaps(days: Sequence[date], today: date, *, still_open: bool) -> list[Json]:
    gaps: list[Json] = [
        {"after": earlier, "before": later, "days": (later - earlier).days - 1}
        for earlier, later in pairwise(days)
        if later - earlier >= SILENT_AFTER
    ]
    if days and still_open and today - days[-1] >= SILENT_AFTER:
        gaps.append({"after": days[-1], "before": None, "days": (today - days[-1]).days})
    return gaps


def _attendance(goals: Collection[GoalState]) -> Json:
    reviews = [review for goal in goals for review in goal.reviews]
    answers = [
        entry.done
        for goal in goals
        if goal.life_area == "attendance"
        for entry in goal.progress
        if entry.done is not None
    ]
    return {
        "reviews": len(reviews),
        "with_patient": sum("patient" in review.participants for review in reviews),
        "told": len(answers),
        "done": sum(answers),
    }
