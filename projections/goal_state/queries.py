"""What every goal and plan is now, for whoever shows it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, and_, func, select

from events.goal import GoalState
from events.goal.reading import read_goal
from events.identity import PLAN, GoalId
from events.vocabulary import Status
from projections.engine.clinic_day import clinic_day
from projections.engine.paging import AnyRow, Json, read_page
from projections.engine.quarantine import held_goals, refuse_if_held
from projections.goal_state.patient.plan import read_plan_with_goals
from projections.goal_state.patient.record import PatientRecord
from projections.goal_state.projector import searchable, statement_hash
from projections.goal_state.stored import goals_of_texts, plan_texts, plans_of_texts
from projections.goal_state.tables import tables

_NAME = "goal_state"
_ITS = tables()
_GOALS, _PLANS = _ITS["goals"], _ITS["plans"]
_OF_THE_PATIENT = and_(_PLANS.c.org == _GOALS.c.org, _PLANS.c.patient == _GOALS.c.patient)


def goal(connection: Connection, goal_id: GoalId, *, now: datetime) -> Json | None:
    """One goal as it is now, as :func:`events.goal.reading.read_goal` gives it; None when there is none.

    Raises:
        GoalIsHeld: there is one, and nothing of it could be taken in.
    """
    org, patient, token = goal_id
    state = connection.scalar(
        select(_GOALS.c.state).where(_GOALS.c.org == org, _GOALS.c.patient == patient, _GOALS.c.goal == token)
    )
    if state is None:
        refuse_if_held(connection, _NAME, goal_id)
        return None
    return _read_goals(connection, org, {goal_id: state}, now)[0]


def plan(connection: Connection, org: str, patient: str) -> Json | None:
    """A patient's plan as it is now, as :func:`read_plan_with_goals` gives it; None when there is none.

    Raises:
        GoalIsHeld: there is one, and nothing of it could be taken in.
    """
    its, plan_id = record(connection, org, patient), GoalId(org, patient, PLAN)
    if its.plan is None:
        refuse_if_held(connection, _NAME, plan_id)
        return None
    held = held_goals(connection, _NAME, [plan_id]).get(plan_id)
    return read_plan_with_goals(its.plan, its, held=held.at(its.plan.version) if held else None)


def record(connection: Connection, org: str, patient: str) -> PatientRecord:
    """A patient's plan and goals as they are now."""
    plan_id = GoalId(org, patient, PLAN)
    plans = plans_of_texts(connection, _ITS, plan_texts(connection, _ITS, [plan_id]))
    goals = goals_of_texts(connection, _ITS, _texts_of_patients(connection, org, [patient]))
    return PatientRecord(plans.get(plan_id), tuple(goals[goal_id] for goal_id in sorted(goals)))


def goals(  # noqa: PLR0913 - each filter is one, by its name
    connection: Connection,
    org: str,
    *,
    now: datetime,
    patient: str | None = None,
    status: Status | None = None,
    overdue: bool | None = None,
    day: date | None = None,
    text: str | None = None,
    limit: int = 100,
    cursor: str | None = None,
) -> Json:
    """The goals of an organisation, or of one patient, in the order of patient and goal: `items` and `next`.

    Args:
        now: The instant of looking: flags depend on it, and so does today in each plan's time zone.
        overdue: Only goals whose review was due before the day (True), or only the others (False).
        day: The day that `overdue` is about, when it is not today.
        text: Only goals whose statement or wording contains each of these words, in any case and order.
        limit: The most goals on a page.
        cursor: `next` of the page before.

    Raises:
        BadCursor: when the cursor is not from this list.
    """
    query = select(_GOALS.c.patient, _GOALS.c.goal, _GOALS.c.state).select_from(
        _GOALS.outerjoin(_PLANS, _OF_THE_PATIENT)
    )
    query = query.where(_GOALS.c.org == org)
    if patient is not None:
        query = query.where(_GOALS.c.patient == patient)
    if status is not None:
        query = query.where(_GOALS.c.status == status)
    if overdue is not None:
        today = day or clinic_day(connection, _PLANS, org, now)
        late: ColumnElement[bool] = and_(_GOALS.c.next_review_on.is_not(None), _GOALS.c.next_review_on < today)
        query = query.where(late if overdue else ~late)
    for word in searchable(text or "").split():
        query = query.where(_GOALS.c.search.contains(word, autoescape=True))

    def read(rows: Sequence[AnyRow]) -> list[Json]:
        return _read_goals(connection, org, {GoalId(org, row.patient, row.goal): row.state for row in rows}, now)

    order = (_GOALS.c.patient, _GOALS.c.goal)
    return read_page(connection, query, of="goals", order=order, read=read, limit=limit, cursor=cursor)


def copies(connection: Connection, org: str, statements: Iterable[str]) -> dict[str, int]:
    """How many patients of an organisation have a goal with the same text, by its `statement_hash` (S22)."""
    hashes = sorted({statement_hash(statement) for statement in statements})
    patients = func.count(_GOALS.c.patient.distinct()).label("patients")
    rows = connection.execute(
        select(_GOALS.c.statement_hash, patients)
        .where(_GOALS.c.org == org, _GOALS.c.statement_hash.in_(hashes), _GOALS.c.status != "entered_in_error")
        .group_by(_GOALS.c.statement_hash)
    )
    return {row.statement_hash: row.patients for row in rows}


def _read_goals(connection: Connection, org: str, texts: Mapping[GoalId, str], now: datetime) -> list[Json]:
    """Goals with what is known around them: their patients' plans and other goals, and copies of their texts."""
    plans = plans_of_texts(connection, _ITS, plan_texts(connection, _ITS, list(texts)))
    beside = _beside(connection, org, {goal_id.patient for goal_id in texts})
    goals = goals_of_texts(connection, _ITS, texts)
    patients = copies(connection, org, (state.statement for state in goals.values()))
    held = held_goals(connection, _NAME, goals)
    return [
        read_goal(
            state,
            plans.get(goal_id.plan),
            at=now,
            others=[other for other in beside[goal_id.patient] if other.goal != state.goal],
            copies=max(0, patients.get(statement_hash(state.statement), 0) - 1),
            held=held[goal_id].at(state.version) if goal_id in held else None,
        )
        for goal_id, state in goals.items()
    ]


def _beside(connection: Connection, org: str, patients: Iterable[str]) -> dict[str, list[GoalState]]:
    """Every goal of some patients without its diary, which nobody asks about another goal."""
    beside: dict[str, list[GoalState]] = {}
    for goal_id, text in _texts_of_patients(connection, org, patients).items():
        beside.setdefault(goal_id.patient, []).append(GoalState.model_validate_json(text))
    return beside


def _texts_of_patients(connection: Connection, org: str, patients: Iterable[str]) -> dict[GoalId, str]:
    rows = connection.execute(
        select(_GOALS.c.patient, _GOALS.c.goal, _GOALS.c.state).where(
            _GOALS.c.org == org, _GOALS.c.patient.in_(sorted(set(patients)))
        )
    )
    return {GoalId(org, row.patient, row.goal): row.state for row in rows}
