"""A goal's attainment scores and daily entries as Observations.

One Observation for each entry: with an attainment level it is a score (LOINC) and the rest of the entry stands in its
components; without one it is Cairn's own `progress`. The baseline, and the levels of reviews and of the closing, are
scores of their own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from events.event import RecordedEvent
from events.goal import types as g
from events.goal.entries import ProgressEntry
from events.goal.state import GoalState, PastReview, WithdrawnEntry
from events.identity import GoalId
from events.vocabulary import Actor, ActorRole
from services.fhir.ids import fhir_id
from services.fhir.loinc import (
    BASELINE_SCORE,
    CAREGIVER_SCORE,
    LEVEL_ANSWERS,
    LOINC,
    PATIENT_SCORE,
    PRACTITIONER_SCORE,
)
from services.fhir.outgoing.elements import Json, concept, given, identifier, meta
from services.fhir.outgoing.references import to_actor, to_goal, to_patient
from services.fhir.outgoing.security import security_labels
from services.fhir.vocabulary import ENTRY_IDENTIFIER, OBSERVATION_CATEGORY, PROGRESS

BASELINE, CLOSING = "baseline", "closing"
"""What stands in an Observation's id for the version that other scores have there."""

_SCORES: dict[ActorRole, tuple[str, str]] = {
    "patient": (PATIENT_SCORE, "Patient follow-up goal attainment scaling score"),
    "family": (CAREGIVER_SCORE, "Caregiver follow-up goal attainment scaling score"),
}
_PRACTITIONER = (PRACTITIONER_SCORE, "Practitioner follow-up goal attainment scaling score")
"""Of clinicians and supervisors, and of systems, which tell what was scored on the side of care."""
_BASELINE = (BASELINE_SCORE, "Baseline goal attainment scaling score")
_PARTS = {
    "done": ("Done", "valueBoolean"),
    "value": ("Amount", "valueQuantity"),
    "mood": ("Mood, 1 to 10", "valueInteger"),
    "motivation": ("Motivation, 0 to 10", "valueInteger"),
    "setback": ("Setback", "valueBoolean"),
}
"""The parts of an entry by their field: what they are called, and the kind of value."""


def write_observations(state: GoalState, events: Iterable[RecordedEvent] = ()) -> list[Json]:
    """Every Observation of a goal: the baseline, then entries and reviews as they were recorded, then the closing.

    R4 and R5 write them alike. From the goal's events each Observation knows when it was last changed.
    """
    goal_id = GoalId(state.org, state.patient, state.goal)
    changed, security = _last_changes(state, events), security_labels(state)
    return [
        {"resourceType": "Observation", "id": each["id"], **_meta(each, changed, security), **each}
        for each in _written(state, goal_id)
    ]


def _written(state: GoalState, goal_id: GoalId) -> list[Json]:
    found = [*_baseline(state, goal_id)]
    by_version = [(entry.version, _of_entry(state, goal_id, entry)) for entry in state.progress]
    by_version += [(entry.version, _of_withdrawn(goal_id, entry)) for entry in state.withdrawn]
    by_version += [
        (review.version, _of_review(goal_id, review, review.level))
        for review in state.reviews
        if review.level is not None
    ]
    found += [observation for _, observation in sorted(by_version, key=lambda each: each[0])]
    return [*found, *_closing(state, goal_id)]


def _meta(observation: Json, changed: Mapping[str, datetime], security: Sequence[Json]) -> Json:
    return given(meta=meta(None, changed.get(part_of(observation["id"])), security))


def part_of(fhir_id: str) -> str:
    """What the id of an Observation or Provenance names of a goal: a version, `baseline`, `closing`."""
    return fhir_id.rpartition(".")[2]


def _last_changes(state: GoalState, events: Iterable[RecordedEvent]) -> dict[str, datetime]:
    """When each Observation was last changed, by what its id names of the goal."""
    entries = {entry.entry: str(entry.version) for entry in state.progress}
    entries.update((entry.entry, str(entry.version)) for entry in state.withdrawn)
    return {part: recorded.recorded_at for recorded in events for part in _changed_by(recorded, entries)}


def _changed_by(recorded: RecordedEvent, entries: Mapping[str, str]) -> tuple[str, ...]:
    match recorded.data:
        case g.Reviewed():
            return str(recorded.version), CLOSING
        case g.Closed():
            return (CLOSING,)
        case g.Revised(changes=changes) if "gas" not in changes.given():
            return ()
        case g.Proposed() | g.Imported() | g.Activated() | g.Revised():
            return BASELINE, CLOSING
    entry = getattr(recorded.data, "entry", None)  # of a diary entry: logged, or changed since
    return (entries[entry],) if isinstance(entry, str) and entry in entries else ()


def _of_entry(state: GoalState, goal_id: GoalId, entry: ProgressEntry) -> Json:
    if entry.level is None:
        code = concept(PROGRESS, "progress", "Progress", text="Progress towards the goal")
        scored = {}
    else:
        code = concept(LOINC, *_SCORES.get(entry.actor.role, _PRACTITIONER))
        scored = {"valueCodeableConcept": _answer(entry.level)}
    written = _observation(goal_id, entry.version, entry.entry, code, entry.on, entry.actor)
    return written | given(
        status="corrected" if entry.corrected else "final",
        **scored,
        note=[{"text": entry.note}] if entry.note else None,
        component=_components(state, entry),
    )


def _of_withdrawn(goal_id: GoalId, entry: WithdrawnEntry) -> Json:
    """Tell another system that has the entry that it was withdrawn; what the entry said is not repeated."""
    code = concept(PROGRESS, "progress", "Progress", text="Progress towards the goal")
    written = _observation(goal_id, entry.version, entry.entry, code, entry.on, None)
    return written | {"status": "entered-in-error"}


def _components(state: GoalState, entry: ProgressEntry) -> list[Json]:
    measure = state.smart.measure if state.smart else None
    found = []
    for name, (display, kind) in _PARTS.items():
        value = getattr(entry, name)
        if value is not None:
            written = given(value=value, unit=measure.unit if measure else None) if name == "value" else value
            found.append({"code": concept(PROGRESS, name, display), kind: written})
    return found


def _of_review(goal_id: GoalId, review: PastReview, level: int) -> Json:
    code = concept(LOINC, *_SCORES.get(review.actor.role, _PRACTITIONER))
    written = _observation(goal_id, review.version, f"review-{review.version}", code, review.on, review.actor)
    return written | {"valueCodeableConcept": _answer(level)}


def _baseline(state: GoalState, goal_id: GoalId) -> Iterator[Json]:
    if state.gas is not None and state.gas.baseline is not None:
        day = state.started_on or state.created_at.date()
        written = _observation(goal_id, BASELINE, BASELINE, concept(LOINC, *_BASELINE), day, None)
        yield written | {"valueCodeableConcept": _answer(state.gas.baseline)}


def _closing(state: GoalState, goal_id: GoalId) -> Iterator[Json]:
    if state.closed_level is not None:
        day = state.status_on or state.updated_at.date()
        written = _observation(goal_id, CLOSING, CLOSING, concept(LOINC, *_PRACTITIONER), day, None)
        yield written | {"valueCodeableConcept": _answer(state.closed_level)}


def _observation(goal_id: GoalId, part: int | str, entry: str, code: Json, day: date, actor: Actor | None) -> Json:
    """What all of them have. A system is no performer: FHIR's performers are people and organisations."""
    return given(
        resourceType="Observation",
        id=fhir_id(goal_id, part),
        identifier=[identifier(ENTRY_IDENTIFIER, f"{goal_id}.{entry}")],
        status="final",
        category=[concept(OBSERVATION_CATEGORY, "survey", "Survey")],
        code=code,
        subject=to_patient(goal_id),
        focus=[to_goal(goal_id)],
        effectiveDateTime=day.isoformat(),
        performer=[to_actor(actor, goal_id)] if actor is not None and actor.role != "system" else None,
    )


def _answer(level: int) -> Json:
    return concept(LOINC, *LEVEL_ANSWERS[level])
