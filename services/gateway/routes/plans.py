"""GET …/plan, …/tree and …/series: one patient's plan, how the goals hang together, and what was told day by day."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from starlette.responses import Response

from events.errors import Rejected
from projections.goal_state import queries
from projections.goal_state.patient.plan import read_plan_with_goals
from projections.goal_state.patient.record import PatientRecord
from projections.goal_state.patient.series import read_series
from projections.goal_state.patient.span import Span
from projections.goal_state.patient.tree import read_tree
from projections.goal_state.today_week import counts_from
from services.gateway.access.consents import with_own_consents
from services.gateway.answers import json_answer
from services.gateway.asking import Asks
from services.gateway.documentation import problems
from services.gateway.gateway import Gateway, Here
from services.gateway.parameters import ForAudienceThen, Org, Patient, SeriesQuery, ThatDay, ThatMoment
from services.gateway.patient_as_of import record_at
from services.gateway.patient_models import PatientSeries, PatientTree, PlanReading
from services.gateway.routing import Query, Router

router = Router(prefix="/v1/orgs/{org}/patients/{patient}", tags=["read"])


@router.get(
    "/plan",
    summary="A patient's plan",
    response_model=None,
    responses={200: {"model": PlanReading}, **problems(404, 422, 503)},
)
async def plan(
    here: Here, asks: Asks, org: Org, patient: Patient, query: Annotated[ForAudienceThen, Query()]
) -> Response:
    """The plan as it is now, or as it stood, and what the patient's goals add to it.

    Reasons, priorities, cadence, limit, accommodations, measurements; the GAS T-scores over the patient's goals
    (Kiresuk & Sherman 1968); priorities that no open goal serves; and the interventions with the patient's own progress
    on the goals that each is linked to.
    """
    audience = asks.audience(query.audience)
    if query.moment is not None:
        record, at = await record_at(here, org, patient, query.moment, min_position=query.min_position)
        found = read_plan_with_goals(record.plan, record, at=at, audience=audience) if record.plan else None
    else:
        found = await here.read(
            "goal_state",
            org,
            query.min_position,
            lambda connection: queries.plan(connection, org, patient, now=datetime.now(UTC), audience=audience),
            short=True,
        )
    if found is None:
        raise _missing(org, patient, query)
    return json_answer(with_own_consents(asks.principal, org, patient, found))


@router.get(
    "/tree",
    summary="How a patient's goals hang together",
    response_model=None,
    responses={200: {"model": PatientTree}, **problems(404, 422, 503)},
)
async def tree(here: Here, org: Org, patient: Patient, query: Annotated[ThatDay, Query()]) -> Response:
    """Priorities, the long-term goals that serve them, the short-term goals that support those, and the milestones and
    the days of the week. Orphans and priorities without goals are listed beside it."""
    # In no time zone it is earlier than a day before.
    day = query.day or datetime.now(UTC).date() - timedelta(days=1)
    record, today = await _known(here, org, patient, query, since=counts_from(day))
    return json_answer({"org": org, "patient": patient, **read_tree(record, today)})


@router.get(
    "/series",
    summary="What was told about a patient's goals, day by day",
    response_model=None,
    responses={200: {"model": PatientSeries}, **problems(404, 422, 503)},
)
async def series(here: Here, org: Org, patient: Patient, query: Annotated[SeriesQuery, Query()]) -> Response:
    """Progress, attainment levels, mood, motivation and distress by date, weekly wins, and engagement.

    A series holds what somebody told. A day that is not in it is unknown: neither zero nor a failure. Nothing here is
    a prediction.
    """
    record, today = await _known(here, org, patient, query)
    span = Span(query.from_, query.to)
    return json_answer({"org": org, "patient": patient, "day": today, **read_series(record, today, span)})


async def _known(
    here: Gateway, org: str, patient: str, query: ThatDay, *, since: date | None = None
) -> tuple[PatientRecord, date]:
    """A patient of whom something is known, and the day to look from."""
    record, at = await _record(here, org, patient, query, since)
    if record.is_empty:
        raise _missing(org, patient, query)
    return record, query.day or record.day(at)


async def _record(
    here: Gateway, org: str, patient: str, query: ThatMoment, since: date | None
) -> tuple[PatientRecord, datetime]:
    if query.moment is not None:
        return await record_at(here, org, patient, query.moment, min_position=query.min_position)
    record = await here.read(
        "goal_state",
        org,
        query.min_position,
        lambda connection: queries.record(connection, org, patient, with_diaries=True, since=since),
    )
    return record, datetime.now(UTC)


def _missing(org: str, patient: str, query: ThatMoment) -> Rejected:
    when = " at that moment" if query.moment is not None else ""
    return Rejected("plan.missing", f"Patient {patient} has no plan in {org}{when}.")
