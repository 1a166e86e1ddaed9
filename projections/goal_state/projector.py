"""From events to rows: the fold of goals and plans, and the columns that lists are filtered by."""

from collections.abc import Mapping, Sequence

from events.event import RecordedEvent
from events.goal import GoalState, fold_goals
from events.plan import PlanState, fold_plans
from projections.engine.projection import Projected, Remembered
from projections.engine.sequence import expect_next

State = GoalState | PlanState


def project(state: State | None, events: Sequence[RecordedEvent]) -> Projected[State]:
    """The row of one goal or plan after its next events.

    Raises:
        OutOfSequence: when an event is missing between the state and these.
    """
    expect_next(state.version if state else None, events)
    if events[0].goal_id.is_plan:
        plan = fold_plans(events, state if isinstance(state, PlanState) else None)
        return _projected("plans", plan, _plan_columns(plan)) if plan else Projected()
    goal = fold_goals(events, state if isinstance(state, GoalState) else None)
    return _projected("goals", goal, _goal_columns(goal)) if goal else Projected()


def searchable(text: str) -> str:
    """A text as it is searched: case-folded, with single spaces."""
    return " ".join(text.casefold().split())


def _projected(table: str, state: State, columns: Mapping[str, object]) -> Projected[State]:
    stored = state.model_dump_json(exclude_defaults=True)
    row = {
        "org": state.org,
        "patient": state.patient,
        "status": state.status,
        "version": state.version,
        "position": state.position,
        "recorded_at": state.updated_at,
        "state": stored,
        **columns,
    }
    return Projected({table: (row,)}, after=Remembered(state, len(stored)))


def _goal_columns(state: GoalState) -> Mapping[str, object]:
    return {
        "goal": state.goal,
        "outcome": state.outcome,
        "kind": state.kind,
        "horizon": state.horizon,
        "life_area": state.life_area,
        "awaiting": ",".join(state.awaiting_agreement),
        "next_review_on": state.next_review.due_on if state.next_review else None,
        "search": searchable(f"{state.statement} {state.wording or ''}"),
    }


def _plan_columns(state: PlanState) -> Mapping[str, object]:
    return {"clinician": state.clinician, "time_zone": state.time_zone}
