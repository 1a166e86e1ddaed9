"""A goal as a FHIR Goal, R4 or R5."""

from events.goal.state import GoalState
from events.identity import GoalId
from events.vocabulary import GasScale
from services.fhir.ids import fhir_id
from services.fhir.loinc import LEVEL_ANSWERS, LOINC
from services.fhir.outgoing.elements import (
    Json,
    Release,
    coding,
    composed,
    concept,
    extension,
    given,
    identifier,
    integer,
    meta,
    string,
)
from services.fhir.outgoing.references import to_actor, to_goal, to_patient
from services.fhir.outgoing.security import security_labels
from services.fhir.outgoing.status import (
    achievement_status,
    expressed_elsewhere,
    lifecycle_status,
    status_extensions,
    status_reason,
)
from services.fhir.outgoing.target import write_smart, write_target
from services.fhir.vocabulary import (
    ACTOR_IDENTIFIER,
    CLINICAL_TARGET,
    EXPRESSED_BY,
    GOAL_IDENTIFIER,
    HORIZON,
    INTERVENTION,
    KIND,
    LIFE_AREA,
    NO_SYSTEM,
    PRIORITY,
    RELEVANCE,
    SCALE,
    SCALING,
    SECURITY,
    SUPPORTS,
    TEMPLATE,
    WORDING,
)

_NO_IDENTIFIERS = frozenset({EXPRESSED_BY, SECURITY})
"""What an imported goal keeps beside its identifiers, and what has its own element."""


def write_goal(state: GoalState, release: Release) -> Json:
    """The Goal as the state says it; `meta.versionId` is the goal's version."""
    goal_id = GoalId(state.org, state.patient, state.goal)
    target = write_target(state.smart)
    expressed_by = _expressed_by(state, goal_id)
    return given(
        resourceType="Goal",
        id=fhir_id(goal_id),
        meta=meta(state.version, state.updated_at, security_labels(state)),
        extension=[*status_extensions(state), *_scaling(state.gas), *_own(state, goal_id)],
        identifier=_identifiers(state, goal_id),
        lifecycleStatus=lifecycle_status(state),
        achievementStatus=achievement_status(state),
        category=[concept(LIFE_AREA, state.life_area)] if state.life_area else None,
        description={"text": state.statement},
        subject=to_patient(goal_id),
        startDate=state.started_on.isoformat() if state.started_on else None,
        target=[target] if target else None,
        statusDate=state.status_on.isoformat() if state.status_on else None,
        statusReason=status_reason(state),
        **{"source" if release == "R5" else "expressedBy": expressed_by},
    )


def _identifiers(state: GoalState, goal_id: GoalId) -> list[Json]:
    """Cairn's own first, then those that the goal has elsewhere."""
    own = str(goal_id)
    elsewhere = [
        identifier(None if each.system == NO_SYSTEM else each.system, each.value)
        for each in state.external
        if each.system not in _NO_IDENTIFIERS and (each.system, each.value) != (GOAL_IDENTIFIER, own)
    ]
    return [identifier(GOAL_IDENTIFIER, own), *elsewhere]


def _expressed_by(state: GoalState, goal_id: GoalId) -> Json | None:
    """Who proposed the goal; of an imported one whoever expressed it elsewhere, where that is known."""
    if not state.imported:
        return to_actor(state.created_by, goal_id) if state.created_by.role != "system" else None
    expressed_by = expressed_elsewhere(state)
    if expressed_by is None:
        return None
    kind, who = expressed_by
    if expressed_by == ("Patient", state.patient):
        return to_patient(goal_id)
    return {"type": kind, "identifier": identifier(ACTOR_IDENTIFIER, who)}


def _scaling(gas: GasScale | None) -> list[Json]:
    """One extension a level, the best first, and one with what the guide has no place for."""
    if gas is None:
        return []
    found: list[Json] = []
    for level, (answer, display) in LEVEL_ANSWERS.items():
        text = next((text for key, text in gas.levels.items() if key == str(level)), None)
        if text is not None:
            parts = [
                extension("level", valueCoding=coding(LOINC, answer, display)),
                extension("progressText", valueString=text),
            ]
            found.append({"url": SCALING, "extension": parts})
    own = composed(
        SCALE,
        {
            "baseline": integer(gas.baseline),
            "importance": integer(gas.importance),
            "difficulty": integer(gas.difficulty),
        },
    )
    return [*found, own] if own else found


def _own(state: GoalState, goal_id: GoalId) -> list[Json]:
    """What FHIR has no place for."""
    template = state.template
    found = [
        extension(WORDING, valueString=state.wording) if state.wording else None,
        extension(KIND, valueCode=state.kind) if state.kind else None,
        extension(HORIZON, valueCode=state.horizon) if state.horizon else None,
        extension(RELEVANCE, valueInteger=state.relevance) if state.relevance is not None else None,
        extension(PRIORITY, valueString=state.priority) if state.priority else None,
        extension(SUPPORTS, valueReference=to_goal(goal_id._replace(goal=state.supports))) if state.supports else None,
        *(extension(INTERVENTION, valueString=each) for each in state.interventions),
        extension(CLINICAL_TARGET, valueString=state.clinical_target) if state.clinical_target else None,
        composed(TEMPLATE, {"id": string(template.id), "version": integer(template.version)}) if template else None,
        write_smart(state.smart),
    ]
    return [each for each in found if each is not None]
