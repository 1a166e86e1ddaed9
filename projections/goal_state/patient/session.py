"""What is printed for a talk: a sheet for each goal that a patient works towards, with what leads to it.

Nothing stands on it but what the patient said or agreed to. It has no flag, no score, and no word about what was due
before: a talk that is late is still the next one.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from events.goal import GoalState
from events.goal.entries import ProgressEntry
from events.goal.measured import Measured, measured_by_week, monday
from events.vocabulary import Measure, TargetRange
from projections.engine.paging import Json
from projections.goal_state.patient.record import PatientRecord
from projections.goal_state.patient.talk import about
from projections.goal_state.patient.wins import MOST_WINS, latest_wins, leading_to
from projections.goal_state.today_week import A_WEEK, is_told


def read_session(
    record: PatientRecord, today: date, due: Collection[str] | None = None, *, told_on: date | None = None
) -> Json:
    """The sheets of one patient.

    A goal that supports another open goal stands on the sheet of that one. Closed goals have no sheet, but what went
    well with those that led to an open one stands on its sheet.

    Args:
        today: From which day it is looked at.
        due: Only sheets with one of these goals on them; None for all.
        told_on: The day whose week is told: the present one, where it is looked at from a day that is ahead.

    Returns:
        `day`, `accommodations` (of the plan), and `sheets`, those with the earliest talk first. A sheet has `goal`,
        `status`, `statement`, `own_words` (whether the statement came from the patient; None where nobody knows),
        `talk_on` (the next review of the goals on it, from the day on), `steps` (the highest first: `level`, `text`,
        `by_patient`), `began`, `now` and `reached` (levels), `week`, `week_begins` (its Monday), `is_last_week`
        (whether it is the one before, as nothing is told of the new), `milestones` (ahead in the week), `wins`,
        `asks_about` (:data:`~projections.goal_state.patient.talk.About`), and `quarantined` as in
        :func:`events.goal.reading.read_goal`.
    """
    open_goals = [goal for goal in record.valid_goals if goal.is_open]
    together = [leading_to(goal, open_goals) for goal in _at_the_top(open_goals)]
    sheets = [
        _sheet(on_it, record, today, told_on or today)
        for on_it in together
        if due is None or any(goal.goal in due for goal in on_it)
    ]
    sheets.sort(key=lambda sheet: (sheet["talk_on"] or date.max, sheet["goal"]))
    return {"day": today, "accommodations": record.plan.accommodations if record.plan else (), "sheets": sheets}


def read_wins(record: PatientRecord, goal: GoalState | None, most: int = MOST_WINS) -> list[Json]:
    """The newest wins of a goal and of those that lead to it, or of all goals, as :class:`Win` has them."""
    goals = record.valid_goals
    return [win._asdict() for win in latest_wins(goals if goal is None else leading_to(goal, goals), most)]


def _at_the_top(open_goals: Sequence[GoalState]) -> Iterable[GoalState]:
    """The goals that support no other one of these. Of goals in a circle, which no rule lets in, the first."""
    tokens = {goal.goal for goal in open_goals}
    top = [goal for goal in open_goals if goal.supports not in tokens]
    reached = {each.goal for goal in top for each in leading_to(goal, open_goals)}
    for goal in open_goals:
        if goal.goal not in reached:
            top.append(goal)
            reached |= {each.goal for each in leading_to(goal, open_goals)}
    return top


def _sheet(on_it: Sequence[GoalState], record: PatientRecord, today: date, told_on: date) -> Json:
    goal = on_it[0]
    reviews = [each.next_review.due_on for each in on_it if each.next_review]
    return {
        "goal": goal.goal,
        "status": goal.status,
        "statement": goal.statement,
        "own_words": None if goal.created_by.role == "system" else goal.created_by.role == "patient",
        "talk_on": min((day for day in reviews if day >= today), default=None),
        **_scale(goal, record.diary(goal).latest_level),
        **_latest_week([each for each in on_it if each.status == "active"], told_on),
        "milestones": [
            {"goal": each.goal, "text": ahead.text, "due": ahead.due}
            for each in on_it
            for ahead in each.milestones
            if ahead.met_on is None and today <= ahead.due < monday(today) + A_WEEK
        ],
        "wins": read_wins(record, goal),
        "asks_about": about(on_it, record, today),
        "quarantined": next((at for each in on_it if (at := record.quarantined.get(each.goal))), None),
    }


def _scale(goal: GoalState, level: int | None) -> Json:
    gas = goal.gas
    if gas is None:
        return {"steps": [], "began": None, "now": None, "reached": []}
    by_patient = _scale_by_patient(goal)
    told = {each.level for each in (*goal.progress, *goal.reviews) if each.level is not None}
    return {
        "steps": [
            {"level": each, "text": gas.levels[f"{each}"], "by_patient": by_patient}  # type: ignore[index]
            for each in sorted(map(int, gas.levels), reverse=True)
        ],
        "began": gas.baseline,
        "now": gas.baseline if level is None else level,
        "reached": sorted(told),
    }


def _scale_by_patient(goal: GoalState) -> bool:
    """Whether the patient wrote the steps: whoever changed the scale last, or put the goal forward with it."""
    changed = [each.actor.role for each in goal.revisions if "gas" in each.fields]
    return (changed[-1] if changed else goal.created_by.role) == "patient"


def _latest_week(goals: Sequence[GoalState], today: date) -> Json:
    """The week of a day; on a Monday morning, and for as long as nothing is told of it, the one before if that was."""
    week = monday(today)
    entries = [entry for goal in goals for entry in goal.progress]
    if not is_told(entries, week) and is_told(entries, week - A_WEEK):
        week -= A_WEEK
    return {"week_begins": week, "is_last_week": week < monday(today), "week": _week(goals, week)}


def _week(goals: Sequence[GoalState], week: date) -> list[Json]:
    """How far the week came, of each goal that has something to count; where none has, of each that was told of."""
    found = [_of_week(goal, week) for goal in goals]
    counted = [each for each in found if each["what"] is not None]
    return counted or [each for each in found if each["days_told"]]


def _of_week(goal: GoalState, week: date) -> Json:
    measure = goal.smart.measure if goal.smart else None
    entries = [each for each in goal.progress if week <= each.on < week + A_WEEK]
    return {
        "goal": goal.goal,
        "days_told": len({each.on for each in entries}),
        "days_done": _days_done(entries, measure),
        **_measure(measure, measured_by_week(goal).get(week)),
    }


def _days_done(entries: Sequence[ProgressEntry], measure: Measure | None) -> int:
    """On how many days it was done; a number above zero says so too, where more of it is wanted."""
    wants_more = measure is not None and measure.direction != "at_most"
    return len({each.on for each in entries if each.done or (wants_more and each.done is None and each.value)})


def _measure(measure: Measure | None, measured: Measured | None) -> Json:
    if measure is None or measure.target is None:
        return {"what": None, "unit": None, "low": None, "high": None, "per": None, "amount": None}
    low = high = None
    if isinstance(measure.target, TargetRange):
        low, high = measure.target.low, measure.target.high
    elif measure.target is not True:
        low, high = (None, measure.target) if measure.direction == "at_most" else (measure.target, None)
    return {
        "what": measure.what,
        "unit": measure.unit,
        "low": low,
        "high": high,
        "per": measure.per,
        "amount": measured.amount if measured else None,
    }
