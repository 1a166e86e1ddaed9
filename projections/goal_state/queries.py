"""What every goal and plan is now, for whoever shows it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, select

from events.flag import Audience
from events.goal import GoalState
from events.goal.reading import read_goal
from events.identity import PLAN, GoalId
from events.plan import PlanState
from projections.engine.clinic_day import clinic_day
from projections.engine.paging import AnyRow, Json, read_page
from projections.engine.quarantine import GoalIsQuarantined, quarantined_goals, refuse_if_quarantined
from projections.goal_state.copies import copies, other_patients
from projections.goal_state.filters import GoalFilter
from projections.goal_state.goals_for_readers import (
    GOALS_BESIDE_PLANS,
    rows_beside,
    rows_of_patients,
    with_diary,
    without_diary,
)
from projections.goal_state.patient.plan import read_plan_with_goals
from projections.goal_state.patient.record import PatientRecord
from projections.goal_state.projector import searchable, statement_hash
from projections.goal_state.quarantined import quarantined_of_patients, quarantined_of_rows
from projections.goal_state.stored_states import diaries, plans
from projections.goal_state.tables import tables

_NAME = "goal_state"
_TABLES = tables()
_GOALS, _PLANS = _TABLES["goals"], _TABLES["plans"]
_EVERY_GOAL = GoalFilter()


def goal(connection: Connection, goal_id: GoalId, *, now: datetime, audience: Audience = "staff") -> Json | None:
    """One goal as it is now, as :func:`events.goal.reading.read_goal` gives it; None when there is none.

    Raises:
        GoalIsQuarantined: there is one, and nothing of it could be taken in.
    """
    beside = rows_beside(connection, goal_id)
    row = next((row for row in beside if row.goal == goal_id.goal), None)
    if row is None:
        refuse_if_quarantined(connection, _NAME, goal_id)
        return None
    diary = diaries(connection, _TABLES, [goal_id]).get(goal_id, ())
    return read_goal(
        with_diary(without_diary(row), row, diary),
        PlanState.model_validate_json(row.plan) if row.plan else None,
        at=now,
        others=[without_diary(other) for other in beside if other is not row],
        copies=other_patients(row.patients),
        quarantined=quarantined_of_rows(connection, [row]).get(goal_id),
        audience=audience,
    )


def plan(connection: Connection, org: str, patient: str, *, now: datetime, audience: Audience = "staff") -> Json | None:
    """A patient's plan as it is now, as :func:`read_plan_with_goals` gives it; None when there is none.

    Raises:
        GoalIsQuarantined: there is one, and nothing of it could be taken in.
    """
    found = _record(connection, GoalId(org, patient, PLAN))
    if found.plan is None:
        refuse_if_quarantined(connection, _NAME, GoalId(org, patient, PLAN))
        return None
    return read_plan_with_goals(found.plan, found, at=now, audience=audience)


def record(connection: Connection, org: str, patient: str) -> PatientRecord:
    """A patient's plan and goals as they are now.

    Raises:
        GoalIsQuarantined: there is something of the patient, and nothing of it could be taken in.
    """
    found = _record(connection, GoalId(org, patient, PLAN))
    if found.is_empty:
        for goal_id, quarantined in quarantined_of_patients(connection, org, [patient]).items():
            raise GoalIsQuarantined(goal_id, quarantined)
    return found


def _record(connection: Connection, plan_id: GoalId) -> PatientRecord:
    rows = {_id_of(row): row for row in rows_of_patients(connection, [plan_id])}
    entries = diaries(connection, _TABLES, rows)
    plan = plans(connection, _TABLES, [plan_id]).get(plan_id)
    goals = {
        goal_id: with_diary(without_diary(row), row, entries.get(goal_id, ())) for goal_id, row in sorted(rows.items())
    }
    quarantined = {goal_id.goal: at for goal_id, at in quarantined_of_rows(connection, rows.values()).items()}
    if plan is not None and (found := quarantined_goals(connection, _NAME, [plan_id]).get(plan_id)):
        quarantined[PLAN] = found.at(plan.version)
    return PatientRecord(plan, tuple(goals.values()), quarantined)


def goals(
    connection: Connection,
    org: str,
    filters: GoalFilter = _EVERY_GOAL,
    *,
    now: datetime,
    patient: str | None = None,
    audience: Audience = "staff",
    limit: int = 100,
    cursor: str | None = None,
) -> Json:
    """The goals of an organisation, or of one patient, in the order of patient and goal: `items` and `next`.

    Args:
        now: The instant of looking: flags depend on it, and so does today in each plan's time zone.
        patient: Only this patient's goals.
        audience: Who reads, as for :func:`events.goal.reading.read_goal`.
        limit: The most goals on a page.
        cursor: `next` of the page before.

    Raises:
        BadCursor: when the cursor is not from this list.
    """
    query = select(_GOALS.c.patient, _GOALS.c.goal).select_from(GOALS_BESIDE_PLANS).where(_GOALS.c.org == org)
    if patient is not None:
        query = query.where(_GOALS.c.patient == patient)
    if filters.status is not None:
        query = query.where(_GOALS.c.status == filters.status)
    if filters.clinician is not None:
        query = query.where(_PLANS.c.clinician == filters.clinician)
    if filters.overdue is not None:
        today = filters.day or clinic_day(connection, _PLANS, org, now)
        late: ColumnElement[bool] = and_(_GOALS.c.next_review_on.is_not(None), _GOALS.c.next_review_on < today)
        query = query.where(late if filters.overdue else ~late)
    if filters.raise_at_next_session is not None:
        query = query.where(_GOALS.c.raise_at_next_session.is_(filters.raise_at_next_session))
    for word in searchable(filters.text or "").split():
        query = query.where(_GOALS.c.search.contains(word, autoescape=True))

    def read(rows: Sequence[AnyRow]) -> list[Json]:
        return _read_goals(connection, [GoalId(org, row.patient, row.goal) for row in rows], now, audience)

    order = (_GOALS.c.patient, _GOALS.c.goal)
    return read_page(connection, query, of="goals", order=order, read=read, limit=limit, cursor=cursor)


def _read_goals(connection: Connection, goal_ids: Sequence[GoalId], now: datetime, audience: Audience) -> list[Json]:
    """Goals of one organisation with what is known around them: plans, other goals, and copies of their texts."""
    if not goal_ids:
        return []
    rows = {_id_of(row): row for row in rows_of_patients(connection, {goal_id.plan for goal_id in goal_ids})}
    goals = {goal_id: without_diary(row) for goal_id, row in rows.items()}
    beside: dict[GoalId, list[GoalState]] = defaultdict(list)
    for goal_id, goal in goals.items():
        beside[goal_id.plan].append(goal)
    texts = {goal_id.plan: row.plan for goal_id, row in rows.items() if row.plan}
    plans = {plan_id: PlanState.model_validate_json(text) for plan_id, text in texts.items()}
    entries = diaries(connection, _TABLES, goal_ids)
    patients = copies(connection, goal_ids[0].org, (goals[goal_id].statement for goal_id in goal_ids))
    quarantined = quarantined_of_rows(connection, (rows[goal_id] for goal_id in goal_ids))

    def read(goal_id: GoalId) -> Json:
        goal = goals[goal_id]
        return read_goal(
            with_diary(goal, rows[goal_id], entries.get(goal_id, ())),
            plans.get(goal_id.plan),
            at=now,
            others=[other for other in beside[goal_id.plan] if other is not goal],
            copies=other_patients(patients.get(statement_hash(goal.statement))),
            quarantined=quarantined.get(goal_id),
            audience=audience,
        )

    return [read(goal_id) for goal_id in goal_ids]


def _id_of(row: AnyRow) -> GoalId:
    return GoalId(row.org, row.patient, row.goal)
