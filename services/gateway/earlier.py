"""A patient's record as it stood at an earlier moment, folded from the log up to there."""

from collections.abc import Sequence
from datetime import UTC, datetime

from events.event import RecordedEvent
from events.identity import PLAN, GoalId
from projections.goal_state.patient.record import PatientRecord, fold_patient
from services.gateway.gateway import Gateway
from services.gateway.moment import Moment, looked_at, up_to


async def record_at(here: Gateway, org: str, patient: str, moment: Moment) -> tuple[PatientRecord, datetime]:
    """The plan and the goals of a patient at a moment, and the instant from which they are looked at.

    Raises:
        LogUnreachable, UnreadableEvent: when the log cannot be read.
        Rejected: `org.unknown`, when the organisation is in no stream.
    """
    events: Sequence[RecordedEvent] = await here.logs.of(org).read_patient(GoalId(org, patient, PLAN))
    return fold_patient(up_to(moment, events)), looked_at(moment, events, datetime.now(UTC))
