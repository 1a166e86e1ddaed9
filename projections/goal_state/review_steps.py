"""The rows that a goal's reviews are judged by: steps of the goal, and the days between reviews that the plan asks for.

`projections.goal_state.reviews_of_goals` reads the evidence of reviews out of them.
"""

from collections.abc import Iterable

from events.event import RecordedEvent
from events.goal import GoalState
from events.goal import types as g
from events.plan import PlanState, fold_plan
from events.plan.state import SHORT_REVIEW_DAYS
from projections.engine.projection import Row

_NOTHING: Row = dict.fromkeys(("due_on", "cause", "held_on", "with_patient", "closes"))


def step_row(goal: GoalState, recorded: RecordedEvent) -> Row | None:
    """The row of an event that is a step in the goal's reviews; None of any other.

    Args:
        goal: After the event.
    """
    match recorded.data:
        case g.Activated() | g.Reopened():
            columns: Row = {"step": "begun"}
        case g.ReviewScheduled(due_on=due_on, cause=cause):
            columns = {"step": "set", "due_on": due_on, "cause": cause}
        case g.Reviewed(on=on, participants=participants):
            closes = goal.status == "closed"
            columns = {"step": "held", "held_on": on, "with_patient": "patient" in participants, "closes": closes}
        case g.Closed() | g.EnteredInError():
            columns = {"step": "ended"}
        case _:
            return None
    event = recorded.event
    return {
        **event.goal_id._asdict(),
        "version": recorded.version,
        "happened_at": event.time,
        "recorded_at": recorded.recorded_at,
        "actor": event.actor.id,
        "actor_role": event.actor.role,
        "every_days": goal.review_every_days,
        **_NOTHING,
        **columns,
    }


def cadence_rows(plan: PlanState | None, events: Iterable[RecordedEvent]) -> tuple[PlanState | None, list[Row]]:
    """A plan after its next events, and a row for each of them that asks for other days between reviews."""
    rows: list[Row] = []
    for recorded in events:
        before = _asked_for(plan) if plan else None
        plan = fold_plan(plan, recorded)
        if plan and (asked_for := _asked_for(plan)) != before:
            key = {"org": plan.org, "patient": plan.patient, "version": recorded.version}
            rows.append({**key, "happened_at": recorded.event.time, **asked_for})
    return plan, rows


def _asked_for(plan: PlanState) -> Row:
    at_most = SHORT_REVIEW_DAYS if "short_reviews" in plan.accommodations else None
    return {"every_days": plan.review_every_days, "at_most_days": at_most}
