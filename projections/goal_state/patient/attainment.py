"""How far the goals of a patient were attained, over time: the T-score of each day on which a level was told (S17).

It is what is known today of each day: a late entry counts on the day that it is about, a goal from the day on which it
was put forward, and scales and weights are those of now. What was not told that day stands as it was told last.
"""

from collections import defaultdict
from datetime import date
from typing import Literal

from events.goal import GoalState
from events.goal.gas import t_scores
from projections.engine.paging import Json
from projections.goal_state.patient.levels import levels_over_time
from projections.goal_state.patient.record import PatientRecord
from projections.goal_state.patient.span import Span

EXPECTED_T_SCORE = 50
"""Where every goal stands at the step that was expected."""

_ToldBy = Literal["entry", "review", "closing"]


def attainment(record: PatientRecord, span: Span) -> Json:
    """The T-scores of a patient over time.

    Returns:
        `expected`; `began`, with `on` (the first day of which a level is known), `t_score` of the levels at which the
        goals began and `goals`, null where none is known; and `points`, one for each day on which a level was told,
        each with `on`, `t_score`, `weighted`, `goals` (those in the score, with the `level` that counts), and `told`
        (which of them were told that day, and by what). The last point is the T-score of now.
    """
    goals = [goal for goal in record.valid_goals if goal.gas is not None]
    told: dict[date, list[tuple[GoalState, int, _ToldBy]]] = defaultdict(list)
    began: list[date] = []
    for goal in goals:
        for on, level, by, _ in levels_over_time(goal):
            if by == "baseline":
                began.append(on)
            else:
                told[on].append((goal, level, by))
    latest: dict[str, int] = {}
    closed: set[str] = set()
    points = []
    for on in sorted(told):
        for goal, level, by in told[on]:
            # The level of the closing is the last word, also where an entry is about a later day.
            if goal.goal not in closed:
                latest[goal.goal] = level
            if by == "closing":
                closed.add(goal.goal)
        if on in span:
            points.append(_point(record, goals, on, latest, told[on]))
    return {"expected": EXPECTED_T_SCORE, "began": _began(goals, min(began, default=None)), "points": points}


def _point(
    record: PatientRecord,
    goals: list[GoalState],
    on: date,
    latest: dict[str, int],
    told: list[tuple[GoalState, int, _ToldBy]],
) -> Json:
    there = [goal for goal in goals if goal.goal in latest or record.day(goal.created_at) <= on]
    scores = t_scores(there, lambda goal: latest.get(goal.goal))
    return {
        "on": on,
        "t_score": scores.t_score,
        "weighted": scores.weighted,
        "goals": [{"goal": goal, "level": latest[goal]} for goal in scores.goals],
        "told": [{"goal": goal.goal, "level": level, "told_by": by} for goal, level, by in told],
    }


def _began(goals: list[GoalState], on: date | None) -> Json | None:
    scores = t_scores(goals, lambda _: None)
    if on is None or scores.baseline_t_score is None:
        return None
    with_baseline = [goal.goal for goal in goals if goal.gas is not None and goal.gas.baseline is not None]
    return {"on": on, "t_score": scores.baseline_t_score, "weighted": scores.weighted, "goals": with_baseline}
