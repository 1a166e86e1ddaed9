"""A patient's record as it stood at an earlier moment, folded from the log up to there."""

from datetime import UTC, datetime

from events.identity import LOG, PLAN, GoalId
from projections.goal_state.patient.record import PatientRecord, fold_patient
from services.gateway.as_of import Moment, looked_at, up_to
from services.gateway.gateway import Gateway


async def record_at(
    here: Gateway, org: str, patient: str, moment: Moment, *, only: GoalId | None = None
) -> tuple[PatientRecord, datetime]:
    """The plan and the goals of a patient at a moment, and the instant from which they are looked at.

    Args:
        only: The goal that is asked for, when the others need not be whole: one with a message that cannot be read is
            what its events before that add up to.

    Raises:
        LogUnreachable, UnreadableEvent: when the log cannot be read.
        Rejected: `org.unknown`, when the organisation is in no stream.
    """
    plan_id = GoalId(org, patient, PLAN)
    events, unreadable = await here.logs.of(org).read_patient_in_part(plan_id)
    needed = unreadable.keys() if only is None else {only.on(LOG), plan_id.on(LOG)}
    for subject in sorted(needed & unreadable.keys()):
        if not moment.is_before(unreadable[subject].position):
            raise unreadable[subject]
    return fold_patient(up_to(moment, events)), looked_at(moment, events, datetime.now(UTC))
