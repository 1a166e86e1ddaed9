"""The fold of a plan: which state a plan's events result in."""

from collections.abc import Iterable

from events.event import RecordedEvent
from events.plan import types as t
from events.plan.state import Measurement, PlanState

FOLD_VERSION = 1
"""Increased whenever the same events fold into a different state; stored states of another version are ignored."""


def fold_plan(state: PlanState | None, recorded: RecordedEvent) -> PlanState | None:
    """The state after one more event. Events before the plan is opened leave it not existing."""
    data = recorded.data
    if isinstance(data, t.Opened):
        return _opened(state, recorded, data)
    if state is None:
        return None
    update: dict[str, object] = {
        "version": recorded.version,
        "position": recorded.position,
        "updated_at": recorded.recorded_at,
    }
    match data:
        case t.Amended():
            update.update(data.changes())
        case t.PrioritiesRanked():
            update["priorities"] = tuple(sorted(data.priorities, key=lambda priority: priority.rank))
        case t.Measured():
            measurement = Measurement.model_construct(
                instrument=data.instrument, score=data.score, on=data.on, version=recorded.version
            )
            update["measurements"] = (*state.measurements, measurement)
        case t.Closed():
            update["status"] = "closed"
            update["closed_reason"] = data.reason
    return state.model_copy(update=update)


def fold_plans(events: Iterable[RecordedEvent], state: PlanState | None = None) -> PlanState | None:
    """The state after a run of one plan's events, in order."""
    for recorded in events:
        state = fold_plan(state, recorded)
    return state


def _opened(before: PlanState | None, recorded: RecordedEvent, data: t.Opened) -> PlanState:
    opened = PlanState.model_construct(
        org=recorded.goal_id.org,
        patient=recorded.goal_id.patient,
        version=recorded.version,
        position=recorded.position,
        status="open",
        opened_at=recorded.event.time,
        updated_at=recorded.recorded_at,
        **{name: getattr(data, name) for name in t.Opened.model_fields},
    )
    if before is None:
        return opened
    # A patient who comes back to treatment keeps the state of the plan, which is opened again.
    return opened.model_copy(update={"priorities": before.priorities, "measurements": before.measurements})
