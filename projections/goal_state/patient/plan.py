"""A plan as it reads beside the goals that serve it."""

from collections import defaultdict
from datetime import datetime

from events.flag import Audience
from events.goal.gas import t_scores
from events.goal.priorities import served_priorities
from events.identity import PLAN
from events.plan import PlanState
from events.plan.reading import read_plan
from events.vocabulary import Priority
from projections.engine.paging import Json
from projections.goal_state.patient.interventions import interventions
from projections.goal_state.patient.record import PatientRecord


def read_plan_with_goals(plan: PlanState, record: PatientRecord, *, at: datetime, audience: Audience = "staff") -> Json:
    """The plan as :func:`events.plan.reading.read_plan` gives it, and what its goals add.

    Added are `goals` (all but those entered in error: `goal`, `statement`, `wording`, `status`, `outcome`, `horizon`),
    `gas` (`t_score`, `baseline_t_score`, `change`, `weighted`, `goals`), `priorities_without_goals`,
    `interventions` (:func:`projections.goal_state.patient.interventions.interventions`), and `quarantined`, which says
    of the plan what :func:`events.goal.reading.read_goal` says of a goal.

    Args:
        at: The instant of looking: whether a consent is in force depends on it.
        audience: Who reads, as for :func:`events.plan.reading.read_plan`.
    """
    return {
        **read_plan(plan, at=at, audience=audience),
        "goals": [
            {
                "goal": goal.goal,
                "statement": goal.statement,
                "wording": goal.wording,
                "status": goal.status,
                "outcome": goal.outcome,
                "horizon": goal.horizon,
            }
            for goal in record.valid_goals
        ],
        "gas": t_scores(record.goals, lambda goal: record.diary(goal).latest_level).model_dump(mode="json"),
        "priorities_without_goals": [each.model_dump(mode="json") for each in priorities_without_goals(record)],
        "interventions": interventions(record),
        "quarantined": record.quarantined.get(PLAN),
    }


def priorities_without_goals(record: PatientRecord) -> list[Priority]:
    """The priorities that no open goal serves, neither by itself nor through a goal that it supports (S3)."""
    served_by = goals_by_priority(record)
    return [each for each in record.plan.priorities if each.id not in served_by] if record.plan else []


def goals_by_priority(record: PatientRecord) -> dict[str, list[str]]:
    """The open goals that serve each priority, by themselves or through a goal that they support; their ids in order.

    A priority that none serves is not there.
    """
    found: dict[str, list[str]] = defaultdict(list)
    valid = {goal.goal: goal for goal in record.valid_goals}
    for goal in record.goals:
        if goal.is_open:
            for priority in served_priorities(goal, valid):
                found[priority].append(goal.goal)
    return dict(found)
