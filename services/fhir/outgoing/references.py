"""References: to what Cairn serves by its address, to whom it only knows by an opaque id by that."""

from events.identity import GoalId
from events.vocabulary import Actor, SubmitterRole
from services.fhir.ids import fhir_id, patient_fhir_id
from services.fhir.outgoing.elements import Json, given, identifier
from services.fhir.vocabulary import ACTOR_IDENTIFIER, GOAL_IDENTIFIER, PATIENT_IDENTIFIER

_TYPES: dict[SubmitterRole, str] = {
    "patient": "Patient",
    "clinician": "Practitioner",
    "supervisor": "Practitioner",
    "family": "RelatedPerson",
    "system": "Device",
}


def to_patient(goal_id: GoalId) -> Json:
    """The patient of a goal or plan. The Patient there tells patients apart, and no more."""
    return {
        "reference": f"Patient/{patient_fhir_id(goal_id)}",
        "type": "Patient",
        "identifier": identifier(PATIENT_IDENTIFIER, f"{goal_id.org}.{goal_id.patient}"),
    }


def to_goal(goal_id: GoalId, version: int | None = None) -> Json:
    """A goal, or one version of it; of a plan, its CarePlan as it is now."""
    if goal_id.is_plan:
        return {"reference": f"CarePlan/{fhir_id(goal_id)}", "type": "CarePlan"}
    behind = f"/_history/{version}" if version is not None else ""
    return {
        "reference": f"Goal/{fhir_id(goal_id)}{behind}",
        "type": "Goal",
        "identifier": identifier(GOAL_IDENTIFIER, str(goal_id)),
    }


def to_actor(actor: Actor, goal_id: GoalId) -> Json:
    """Whoever did something: the patient themself, or someone known by an opaque id and a role."""
    if actor.role == "patient":
        return to_patient(goal_id)
    return to_person(actor.id, actor.role)


def to_person(id_: str, role: SubmitterRole | None) -> Json:
    """Someone known by an opaque id, and by a role where one is known; not the patient as a patient."""
    return given(type=_TYPES.get(role) if role else None, identifier=identifier(ACTOR_IDENTIFIER, id_))
