"""From events to rows: the fold, of which only the next review and what is shown beside it is kept."""

from collections.abc import Sequence

from events.event import RecordedEvent
from events.goal import GoalState, fold_goals
from events.goal import types as goal_types
from events.plan import PlanState, fold_plans
from events.plan import types as plan_types
from projections.engine.projection import Projected, Remembered, Row

State = GoalState | PlanState

_NEVER_MOVE_A_REVIEW = (
    goal_types.ProgressLogged,
    goal_types.ProgressCorrected,
    goal_types.MilestoneSet,
    goal_types.MilestoneMet,
    goal_types.ChangeRequested,
    plan_types.PrioritiesRanked,
    plan_types.Measured,
)
"""Diary entries and the like, by far the most frequent: what follows from them for reviews is an event of its own."""

_DIARIES: dict[str, object] = dict.fromkeys(("progress", "reviews", "revisions", "milestones", "change_requests"), ())


def may_move_a_review(events: Sequence[RecordedEvent]) -> bool:
    """Whether any of these events can change what the schedule shows."""
    return not all(isinstance(recorded.data, _NEVER_MOVE_A_REVIEW) for recorded in events)


def project(state: State | None, events: Sequence[RecordedEvent]) -> Projected[State]:
    """The rows of one goal or plan after its next events."""
    telling = [recorded for recorded in events if not isinstance(recorded.data, _NEVER_MOVE_A_REVIEW)]
    if not telling:
        return Projected()
    if events[0].goal_id.is_plan:
        plan = fold_plans(telling, state if isinstance(state, PlanState) else None)
        return _plan_rows(plan.model_copy(update={"measurements": ()})) if plan else Projected()
    goal = fold_goals(telling, state if isinstance(state, GoalState) else None)
    return _goal_rows(goal.model_copy(update=_DIARIES)) if goal else Projected()


def _plan_rows(state: PlanState) -> Projected[State]:
    folded = state.model_dump_json(exclude_defaults=True)
    key = {"org": state.org, "patient": state.patient}
    plan = {**key, "clinician": state.clinician, "time_zone": state.time_zone}
    return Projected(
        {"plans": (plan,), "folded": ({**key, "goal": "plan", "state": folded},)},
        after=Remembered(state, len(folded)),
    )


def _goal_rows(state: GoalState) -> Projected[State]:
    folded = state.model_dump_json(exclude_defaults=True)
    key: Row = {"org": state.org, "patient": state.patient, "goal": state.goal}
    row = {**key, "state": folded}
    after = Remembered[State](state, len(folded))
    if state.next_review is None:
        return Projected({"folded": (row,)}, deletes={"reviews": (key,)}, after=after)
    review = {
        **key,
        "due_on": state.next_review.due_on,
        "cause": state.next_review.cause,
        "sequence": state.next_review.sequence,
        "goal_status": state.status,
        "statement": state.statement,
        "wording": state.wording,
        "version": state.version,
        "position": state.position,
    }
    return Projected({"folded": (row,), "reviews": (review,)}, after=after)
