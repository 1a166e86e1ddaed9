"""From events to rows: the fold, of which only the next review and what is shown beside it is kept."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from events.event import RecordedEvent
from events.goal import GoalState, fold_goal
from events.goal import types as goal_types
from events.goal.state import ScheduledReview
from events.payload import Payload
from events.plan import PlanState, fold_plans
from events.plan import types as plan_types
from projections.engine.projection import Projected, Remembered, Row

State = GoalState | PlanState

_NEVER_MOVE_A_REVIEW: frozenset[type[Payload]] = frozenset(
    {
        goal_types.ProgressLogged,
        goal_types.ProgressCorrected,
        goal_types.ProgressWithdrawn,
        goal_types.MilestoneSet,
        goal_types.MilestoneMet,
        goal_types.ChangeRequested,
        goal_types.Voided,
        plan_types.PrioritiesRanked,
        plan_types.Measured,
        plan_types.Voided,
    }
)
"""Diary entries and the like, by far the most frequent: what follows from them for reviews is an event of its own."""

_DIARIES: dict[str, object] = dict.fromkeys(("progress", "reviews", "revisions", "milestones", "change_requests"), ())


def may_move_a_review(events: Sequence[RecordedEvent]) -> bool:
    """Whether any of these events can change what the schedule shows."""
    return any(type(recorded.event.data) not in _NEVER_MOVE_A_REVIEW for recorded in events)


def project(state: State | None, events: Sequence[RecordedEvent]) -> Projected[State]:
    """The rows of one goal or plan after its next events."""
    telling = [recorded for recorded in events if type(recorded.event.data) not in _NEVER_MOVE_A_REVIEW]
    if not telling:
        return Projected()
    if events[0].goal_id.is_plan:
        plan = fold_plans(telling, state if isinstance(state, PlanState) else None)
        return _plan_rows(plan.with_changes({"measurements": ()})) if plan else Projected()
    before = state if isinstance(state, GoalState) else None
    goal, called_off, was_set = _folded(before, telling)
    if goal is None:
        return Projected()
    set_anew = before is None or before.next_review is None
    return _goal_rows(goal.with_changes(_DIARIES), called_off, was_set, set_anew=set_anew)


class _CalledOff(NamedTuple):
    """A review that fell away, and when that was recorded."""

    review: ScheduledReview
    at: datetime


class _WasSet(NamedTuple):
    """A review was set on a day, and when that was recorded; `moved_from` is the day before, where it was moved."""

    at: datetime
    moved_from: date | None


_SET_IN_TURN = frozenset({"initial", "routine"})
"""The causes of reviews that follow the one before, and move none."""


def _folded(
    state: GoalState | None, events: Sequence[RecordedEvent]
) -> tuple[GoalState | None, _CalledOff | None, _WasSet | None]:
    """The state after the events, the review that fell away with them, and how the next one was set, if they did so."""
    called_off = None
    was_set = None
    for recorded in events:
        review = state.next_review if state else None
        state = fold_goal(state, recorded)
        if review and state and state.next_review is None:
            called_off = _CalledOff(review, recorded.recorded_at)
        if isinstance(recorded.data, goal_types.ReviewScheduled):
            data = recorded.data
            is_moved = review and data.cause not in _SET_IN_TURN and review.due_on != data.due_on
            was_set = _WasSet(recorded.recorded_at, review.due_on if review and is_moved else None)
    return state, called_off, was_set


def _as_json(state: State) -> str:
    return state.__pydantic_serializer__.to_json(state, exclude_defaults=True).decode()


def _plan_rows(state: PlanState) -> Projected[State]:
    folded = _as_json(state)
    key = {"org": state.org, "patient": state.patient}
    plan = {**key, "clinician": state.clinician, "time_zone": state.time_zone}
    return Projected(
        {"plans": (plan,), "folded": ({**key, "goal": "plan", "state": folded},)},
        after=Remembered(state, len(folded)),
    )


def _goal_rows(
    state: GoalState, called_off: _CalledOff | None, was_set: _WasSet | None, *, set_anew: bool
) -> Projected[State]:
    folded = _as_json(state)
    key: Row = {"org": state.org, "patient": state.patient, "goal": state.goal}
    row = {**key, "state": folded}
    after = Remembered[State](state, len(folded))
    if state.next_review is None:
        # Of a goal that had ended before these events, what was called off stays as it is.
        fallen: tuple[Row, ...] = ()
        if called_off:
            review, at = called_off
            fallen = ({**key, "due_on": review.due_on, "sequence": review.sequence, "called_off_at": at},)
        return Projected({"folded": (row,), "called_off": fallen}, deletes={"reviews": (key,)}, after=after)
    ahead: dict[str, object] = {
        **key,
        "due_on": state.next_review.due_on,
        "cause": state.next_review.cause,
        "sequence": state.next_review.sequence,
        "goal_status": state.status,
        "statement": state.statement,
        "own_words": None if state.created_by.role == "system" else state.created_by.role == "patient",
        "wording": state.wording,
        "version": state.version,
        "position": state.position,
    }
    if was_set is None:
        # It stays where it is, and so does what it was moved from, and when.
        return Projected({"folded": (row,)}, updates={"reviews": (ahead,)}, after=after)
    ahead |= {"moved_from": was_set.moved_from, "set_at": was_set.at}
    deletes = {"called_off": (key,)} if set_anew else {}
    return Projected({"folded": (row,), "reviews": (ahead,)}, deletes=deletes, after=after)
