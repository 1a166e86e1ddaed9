"""A patient as a FHIR Patient, R4 or R5: who they are, as far as Cairn knows, so that references lead somewhere."""

from datetime import datetime

from events.identity import GoalId
from services.fhir.ids import patient_fhir_id
from services.fhir.outgoing.elements import Json, given, identifier, meta
from services.fhir.vocabulary import PATIENT_IDENTIFIER


def write_patient(plan_id: GoalId, since: datetime) -> Json:
    """The Patient with the opaque id, and nothing else: Cairn knows no names, birthdays or addresses.

    Args:
        plan_id: The id of the patient's plan.
        since: When the first event of the patient was recorded.
    """
    return given(
        resourceType="Patient",
        id=patient_fhir_id(plan_id),
        meta=meta(1, since),
        identifier=[identifier(PATIENT_IDENTIFIER, f"{plan_id.org}.{plan_id.patient}")],
    )
