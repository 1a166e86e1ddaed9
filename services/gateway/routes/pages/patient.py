"""The page of one patient."""

from asyncio import gather
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection
from starlette.responses import Response

from events.errors import Rejected
from events.identity import GoalId
from projections.audit_trail.revisions import RevisedGoal, revisions
from projections.goal_state import queries
from projections.goal_state.patient.record import PatientRecord
from projections.goal_state.quarantined import unread_goals
from services.gateway.asking import Asking, Asks
from services.gateway.gateway import Gateway, Here
from services.gateway.pages import addresses
from services.gateway.pages.behind import behind
from services.gateway.pages.rendering import Shows
from services.gateway.parameters import Org, Patient
from services.gateway.routing import Router

router = Router()


@router.get(addresses.PATIENT, include_in_schema=False)
async def patient_page(here: Here, asks: Asks, page: Shows, org: Org, patient: Patient) -> Response:
    """Why somebody is in treatment, what it is all for, and how it is going, from a bounded number of queries."""
    from services.gateway.pages.patient.view import patient_shown  # noqa: PLC0415 - Babel, for pages alone

    def read(connection: Connection) -> tuple[PatientRecord, Sequence[GoalId]]:
        record = queries.record(connection, org, patient, with_diaries=True)
        return record, unread_goals(connection, org, patient)

    record, unread = await here.read("goal_state", org, None, read)
    if record.is_empty:
        raise Rejected("plan.missing", f"Patient {patient} has no plan in {org}.")
    revised, is_behind = await gather(_revised(here, asks, org, patient, record), behind(here, "goal_state", org))
    shown = patient_shown(
        page.language,
        patient,
        record,
        revised,
        datetime.now(UTC),
        own=asks.is_own_patient(org, patient),
        for_staff=asks.audience("staff") == "staff",
    )
    return page.answer(
        "patient.html",
        org=org,
        shown=shown,
        is_behind=is_behind,
        unread=addresses.of_goals(unread),
        today_address=addresses.address(addresses.TODAY, org=org) if await asks.may_read("schedule", org) else None,
        sheets=addresses.address(addresses.SESSION, org=org, patient=patient) if record.valid_goals else None,
    )


async def _revised(
    here: Gateway, asks: Asking, org: str, patient: str, record: PatientRecord
) -> Mapping[GoalId, Sequence[RevisedGoal]]:
    """What revisions changed, for who may read the history: it tells what stood there before."""
    goal_ids = [GoalId(org, patient, goal.goal) for goal in record.valid_goals if goal.revisions]
    if not goal_ids or not await asks.may_read("history", org, patient):
        return {}
    return await here.read("audit_trail", org, None, lambda connection: revisions(connection, goal_ids))
