"""From events to rows: every event as it is, and what the changing ones changed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from pydantic_core import to_json

from events.catalog import encode
from events.event import RecordedEvent
from events.goal import GoalState, fold_goal
from events.goal.types import (
    Activated,
    Imported,
    ProgressCorrected,
    ProgressLogged,
    ProgressWithdrawn,
    Proposed,
    Revised,
)
from events.payload import Payload
from events.plan import PlanState, fold_plan
from events.plan.types import Amended, Opened, PrioritiesRanked
from projections.audit_trail.differences import Difference, State, as_tree, differences
from projections.audit_trail.sentence import who_did_what
from projections.engine.projection import Projected, Row
from projections.engine.sequence import expect_next

_OF_THE_PLAN: frozenset[type[Payload]] = frozenset({Opened, Amended, PrioritiesRanked})
TOLD_BY: Mapping[type[Payload], frozenset[type[Payload]]] = {
    Revised: frozenset({Proposed, Imported, Activated, Revised}),
    ProgressCorrected: frozenset({Proposed, Imported, ProgressLogged, ProgressCorrected, ProgressWithdrawn}),
    Amended: _OF_THE_PLAN,
    PrioritiesRanked: _OF_THE_PLAN,
}
"""The events that change something, and those that tell what stood there before: no others have to be folded for it."""
CHANGING_TYPES = frozenset(each.type_name for each in TOLD_BY)
"""The types of events that have rows in the table of changes."""
_DEFINED_ELSEWHERE = {"due": "smart"}
"""Changes that have no field of their own in the state."""
_SAID_BY_THE_EVENT = (".corrected", ".setback_version")
"""Fields of an entry that tell no more than that the event happened."""


def tells_before_and_after(events: Sequence[RecordedEvent]) -> bool:
    """Whether the state before these events is needed to say what they changed."""
    return any(type(recorded.event.data) in TOLD_BY for recorded in events)


def kinds_told_by(events: Sequence[RecordedEvent]) -> frozenset[type[Payload]]:
    """The events, of the same goal or plan, that tell what stood there before those of these that change something."""
    return frozenset().union(*(TOLD_BY.get(type(recorded.event.data), ()) for recorded in events))


def project(state: State | None, events: Sequence[RecordedEvent]) -> Projected[State]:
    """The rows of one goal's, or plan's, next events.

    Args:
        state: Before the events, as far as events that are :data:`TOLD_BY` others tell it; needed only when
            :func:`tells_before_and_after`.

    Raises:
        OutOfSequence: when an event is missing between the state and these, or among these.
    """
    expect_next(state.version if state else None, events)
    goal_id = events[0].event.goal_id
    changes = _changes(state, events) if tells_before_and_after(events) else {}
    rows = [_event_row(recorded, changes.get(recorded.position, ())) for recorded in events]
    plans = _plan_rows(state, events) if goal_id.is_plan else []
    return Projected({"plans": plans, "events": rows, "changes": list(_change_rows(events, changes))})


def fold(state: State | None, recorded: RecordedEvent) -> State | None:
    """The state of a goal or a plan after one more event."""
    if recorded.goal_id.is_plan:
        return fold_plan(state if isinstance(state, PlanState) else None, recorded)
    return fold_goal(state if isinstance(state, GoalState) else None, recorded)


def _changes(state: State | None, events: Sequence[RecordedEvent]) -> dict[int, list[Difference]]:
    """What each of the events that change something changed, by its position."""
    found: dict[int, list[Difference]] = {}
    telling = kinds_told_by(events)
    for recorded in events:
        kind = type(recorded.data)
        if kind not in telling:
            continue
        after = fold(state, recorded)
        if kind in TOLD_BY:
            found[recorded.position] = list(_changed(state, after, recorded))
        state = after
    return found


def _change_rows(events: Sequence[RecordedEvent], changes: Mapping[int, Sequence[Difference]]) -> Iterator[Row]:
    for recorded in events:
        revised = recorded.data if isinstance(recorded.data, Revised) else None
        for change in changes.get(recorded.position, ()):
            yield {
                "org": recorded.goal_id.org,
                "position": recorded.position,
                "field": change.field,
                "before": to_json(change.before).decode(),
                "after": to_json(change.after).decode(),
                "reason": revised and revised.reason,
                "note": revised and revised.note,
            }


def _changed(before: State | None, after: State | None, recorded: RecordedEvent) -> Iterator[Difference]:
    """What the event says it changes, not what follows from that: a revision's agreement is told by the state."""
    fields: set[str]
    match recorded.data:
        case Revised() as revised:
            fields = {_DEFINED_ELSEWHERE.get(name, name) for name in revised.changes.given()}
        case ProgressCorrected():
            fields = {"progress"}
        case Amended() as amended:
            fields = set(amended.changes())
        case PrioritiesRanked():
            fields = {"priorities"}
        case _:
            return
    for change in differences(as_tree(before, only=fields), as_tree(after, only=fields)):
        if not change.field.endswith(_SAID_BY_THE_EVENT):
            yield change


def _plan_rows(state: State | None, events: Sequence[RecordedEvent]) -> list[Row]:
    """The plan's row, when one of these events says what stands in it."""
    if not any(isinstance(recorded.data, Opened | Amended) for recorded in events):
        return []
    for recorded in events:
        state = fold(state, recorded)
    if not isinstance(state, PlanState):
        return []
    return [{name: getattr(state, name) for name in ("org", "patient", "clinician", "time_zone")}]


def _event_row(recorded: RecordedEvent, changes: Sequence[Difference]) -> Row:
    event = recorded.event
    org, patient, goal = event.goal_id
    data, actor = event.data, event.actor
    return {
        "org": org,
        "position": recorded.position,
        "patient": patient,
        "goal": goal,
        "version": recorded.version,
        "type": data.type_name,
        "actor": actor.id,
        "actor_role": actor.role,
        "entered_by": event.entered_by,
        "submitted_by": event.submitted_by,
        "submitter_role": event.submitter_role,
        "happened_at": event.time,
        "happened_offset": _offset_minutes(event.time),
        "recorded_at": recorded.recorded_at,
        "source": event.source,
        "event_id": event.id,
        "cause": event.cause,
        "data": encode(data).decode(),
        "deed": who_did_what(recorded, changes),
    }


def _offset_minutes(instant: datetime) -> int:
    if instant.tzinfo is UTC:
        return 0
    offset = instant.utcoffset()
    return int(offset.total_seconds()) // 60 if offset else 0
