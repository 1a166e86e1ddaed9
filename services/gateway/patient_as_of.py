"""A patient's record as it stood at an earlier moment, folded from the log up to there."""

from datetime import UTC, datetime

from events.identity import LOG, PLAN, GoalId
from projections.goal_state.patient.record import PatientRecord, fold_patient
from services.gateway.as_of import Moment, looked_at, up_to
from services.gateway.gateway import Gateway
from services.gateway.log_head import refuse_beyond_head


async def record_at(
    here: Gateway,
    org: str,
    patient: str,
    moment: Moment,
    *,
    min_position: int | None = None,
    only: GoalId | None = None,
) -> tuple[PatientRecord, datetime]:
    """The plan and the goals of a patient at a moment, and the instant from which they are looked at.

    Args:
        min_position: A position that the log must have come to.
        only: The goal that is asked for, when the others need not be whole: one with a message that cannot be read is
            what its events before that add up to.

    Raises:
        LogUnreachable, UnreadableEvent: when the log cannot be read.
        Refused: 422, when the log has not come to the position of the moment, or to `min_position`.
        Rejected: `org.unknown`, when the organisation is in no stream.
    """
    plan_id = GoalId(org, patient, PLAN)
    log = here.logs.of(org)
    for field, position in (("position", moment.position), ("min_position", min_position)):
        if position is not None:
            await refuse_beyond_head(log, position, field)
    events, unreadable = await log.read_patient_in_part(plan_id)
    needed = unreadable.keys() if only is None else {only.on(LOG), plan_id.on(LOG)}
    for subject in sorted(needed & unreadable.keys()):
        if not moment.is_before(unreadable[subject].position):
            raise unreadable[subject]
    return fold_patient(up_to(moment, events)), looked_at(moment, events, datetime.now(UTC))
