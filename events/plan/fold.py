"""The fold of a plan: which state a plan's events result in."""

from collections.abc import Callable, Iterable

from events.event import RecordedEvent
from events.plan import types as t
from events.plan.consent_terms import Because, Ended
from events.plan.state import Consent, Measurement, PlanState

FOLD_VERSION = 2
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
        case t.ConsentGiven():
            update["consents"] = (*state.consents, _given(recorded, data))
        case t.ConsentRevoked():
            ended = _ended(recorded, data.because, data.reason)
            update["consents"] = _with_end(state, ended, lambda consent: consent.consent == data.consent)
        case t.Closed():
            update["status"] = "closed"
            update["closed_reason"] = data.reason
            ended = _ended(recorded, "treatment_ended", data.reason)
            update["consents"] = _with_end(state, ended, lambda consent: consent.until.end_of_treatment is True)
        # Of a disclosure nothing is kept here: no decision looks at earlier ones, and there may be thousands.
    return state.with_changes(update)


def fold_plans(events: Iterable[RecordedEvent], state: PlanState | None = None) -> PlanState | None:
    """The state after a run of one plan's events, in order."""
    for recorded in events:
        state = fold_plan(state, recorded)
    return state


def _opened(before: PlanState | None, recorded: RecordedEvent, data: t.Opened) -> PlanState:
    opened = PlanState.of_valid(
        {
            "org": recorded.goal_id.org,
            "patient": recorded.goal_id.patient,
            "version": recorded.version,
            "position": recorded.position,
            "status": "open",
            "opened_at": recorded.event.time,
            "updated_at": recorded.recorded_at,
            **{name: getattr(data, name) for name in t.Opened.model_fields},
        }
    )
    if before is None:
        return opened
    # A patient who comes back to treatment keeps the state of the plan, which is opened again.
    kept = ("priorities", "measurements", "consents")
    return opened.with_changes({name: getattr(before, name) for name in kept})


def _given(recorded: RecordedEvent, data: t.ConsentGiven) -> Consent:
    return Consent.model_construct(
        version=recorded.version,
        given_at=recorded.event.time,
        **{name: getattr(data, name) for name in t.ConsentGiven.model_fields},
    )


def _ended(recorded: RecordedEvent, because: Because, reason: str | None) -> Ended:
    return Ended.model_construct(
        because=because,
        at=min(recorded.event.time, recorded.recorded_at),
        version=recorded.version,
        by=recorded.event.actor.id,
        reason=reason,
    )


def _with_end(state: PlanState, ended: Ended, ends: Callable[[Consent], bool]) -> tuple[Consent, ...]:
    """The consents, with an end for those that it ends; the first end of a consent stays."""
    return tuple(
        consent.model_copy(update={"ended": ended}) if consent.ended is None and ends(consent) else consent
        for consent in state.consents
    )
