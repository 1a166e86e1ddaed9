"""What a talk about a goal may begin with: one state of the goal and of those that lead to it, the most pressing first.

Each state has one question (`services/gateway/pages/session/questions.py`). It is what is printed for the patient, so
it names no state: a setback, a dip and a silent week are asked about as what comes next.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal, get_args

from events.goal import GoalState
from projections.goal_state.patient.record import PatientRecord

About = Literal[
    "waiting_for_answer",
    "setback_told",
    "motivation_dip",
    "held",
    "waiting_for_patient",
    "new_goal",
    "reached",
    "step_up",
    "untold_days",
    "review_due",
    "going_on",
]
"""What the question of a talk is about, the most pressing first: an answer to the patient that is awaited, a setback
that no review has looked at, a dip in motivation since the last one, a goal on hold, a word of the patient that is
awaited, a goal of which nothing was told yet, the highest step of the scale, a higher step than at the last review, a
week of which nothing was told, a review that is due, and none of these."""
ABOUT: tuple[About, ...] = get_args(About)
UNTOLD = timedelta(days=7)
"""After so many days without an entry the talk begins with how they were."""


def about(goals: Sequence[GoalState], record: PatientRecord, today: date) -> About:
    """What the question for a goal is about.

    Args:
        goals: The goal, and behind it those that lead to it.
    """
    holds = _states(goals, record, today)
    return next(each for each in ABOUT if each in holds)


def _states(goals: Sequence[GoalState], record: PatientRecord, today: date) -> set[About]:
    goal, diaries = goals[0], [record.diary(each) for each in goals]
    begun = [(each, diary) for each, diary in zip(goals, diaries, strict=True) if each.status == "active"]
    level = record.diary(goal).latest_level
    last_told = max((diary.last_entry_on for diary in diaries if diary.last_entry_on), default=None)
    waits = [each for one in goals for each in _awaited(one)]
    due = [each.next_review.due_on for each in goals if each.next_review]
    states: dict[About, bool] = {
        "waiting_for_answer": "answer" in waits,
        "setback_told": any(diary.setback_unreviewed for diary in diaries),
        "motivation_dip": any(diary.raise_at_next_session for diary in diaries),
        "held": goal.status == "held",
        "waiting_for_patient": "patient" in waits,
        "new_goal": last_told is None and level is None,
        "reached": level is not None and goal.gas is not None and level == max(map(int, goal.gas.levels), default=None),
        "step_up": level is not None and level > _level_of_last_review(goal, level),
        "untold_days": bool(begun) and last_told is not None and today - last_told >= UNTOLD,
        "review_due": any(day <= today for day in due),
    }
    return {"going_on", *(state for state, so in states.items() if so)}


def _awaited(goal: GoalState) -> set[str]:
    """Whether the patient is waited for, or waits for an answer."""
    if not goal.is_open:
        return set()
    asked = any(
        each.answer is None and each.actor.role not in ("clinician", "supervisor") for each in goal.change_requests
    )
    answer = {"answer"} if goal.awaits_answer or asked else set()
    return answer | ({"patient"} if "patient" in goal.awaiting_agreement else set())


def _level_of_last_review(goal: GoalState, without: int) -> int:
    """The level that was known at the last review; at the beginning where there was none yet."""
    reviewed_on = goal.last_review_on
    told = [(each.on, each.version, each.level) for each in goal.reviews if each.level is not None]
    if reviewed_on is not None:
        told += [
            (each.on, each.version, each.level)
            for each in goal.progress
            if each.level is not None and each.on <= reviewed_on
        ]
    if told:
        return max(told)[2]
    baseline = goal.gas.baseline if goal.gas else None
    return without if baseline is None else baseline
