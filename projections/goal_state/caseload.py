"""The caseload of a clinic: every patient in treatment, and what asks for attention (S58)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, Date, Integer, and_, case, func, literal, select

from events.goal.state import OPEN
from projections.engine.clinic_day import clinic_day
from projections.engine.paging import AnyRow, Json, read_page
from projections.goal_state.quarantined import quarantined_by_patient
from projections.goal_state.tables import tables

_GOALS, _PLANS, _WAITING = (tables()[name] for name in ("goals", "plans", "waiting"))
_OF_THE_PATIENT = and_(_PLANS.c.org == _GOALS.c.org, _PLANS.c.patient == _GOALS.c.patient)
_IS_OPEN = _GOALS.c.status.in_(sorted(OPEN))


def caseload(
    connection: Connection,
    org: str,
    *,
    now: datetime,
    day: date | None = None,
    clinician: str | None = None,
    limit: int = 100,
    cursor: str | None = None,
) -> Json:
    """The patients of an organisation who have an open plan or an open goal, by their ids: `items` and `next`.

    An item has `org`, `patient`, `clinician`, `setting`, `plan_status`, and, over the patient's open goals:
    `open_goals`, `active_goals`, `overdue` and `due` (reviews), `next_review_on`, `waiting` and `waiting_for`
    (`patient`, `clinician`), `setbacks_since_review`, `raise_at_next_session` (goals), `last_entry_on` and
    `days_since_last_entry`, which are null while nothing was entered: unknown, not zero. `quarantined`
    lists the patient's goals, and the plan, of which the log has more (`quarantined_by_patient`).

    Args:
        now: Tells today's date in each plan's time zone, unless `day` is given.
        clinician: Only this clinician's patients.

    Raises:
        BadCursor: when the cursor is not from this list.
    """
    with_goals = select(_GOALS.c.org, _GOALS.c.patient).where(_GOALS.c.org == org, _IS_OPEN)
    with_plan = select(_PLANS.c.org, _PLANS.c.patient).where(_PLANS.c.org == org, _PLANS.c.status == "open")
    patients = with_plan.union(with_goals).subquery("patients")
    of_the_patient = and_(_PLANS.c.org == patients.c.org, _PLANS.c.patient == patients.c.patient)
    today = literal(day, Date) if day else clinic_day(connection, _PLANS, org, now)
    query = select(
        patients.c.patient, _PLANS.c.clinician, _PLANS.c.setting, _PLANS.c.status, today.label("today")
    ).select_from(patients.outerjoin(_PLANS, of_the_patient))
    if clinician is not None:
        query = query.where(_PLANS.c.clinician == clinician)

    def read(rows: Sequence[AnyRow]) -> list[Json]:
        goals = _goals_of(connection, org, rows, today)
        waiting = _waiting_of(connection, org, rows)
        quarantined = quarantined_by_patient(connection, org, {row.patient for row in rows})
        return [
            {
                **_read(org, row, goals.get(row.patient), waiting.get(row.patient, {})),
                "quarantined": quarantined.get(row.patient, []),
            }
            for row in rows
        ]

    order = (patients.c.patient,)
    return read_page(connection, query, of="caseload", order=order, read=read, limit=limit, cursor=cursor)


def _goals_of(
    connection: Connection, org: str, patients: Sequence[AnyRow], today: ColumnElement[date]
) -> Mapping[str, AnyRow]:
    query = (
        select(
            _GOALS.c.patient,
            func.count().label("open_goals"),
            _number(_GOALS.c.status == "active").label("active_goals"),
            _number(_GOALS.c.next_review_on < today).label("overdue"),
            _number(_GOALS.c.next_review_on == today).label("due"),
            _number(_GOALS.c.raise_at_next_session).label("raise_at_next_session"),
            func.sum(_GOALS.c.setbacks).label("setbacks_since_review"),
            func.min(_GOALS.c.next_review_on).label("next_review_on"),
            func.max(_GOALS.c.last_entry_on).label("last_entry_on"),
        )
        .select_from(_GOALS.outerjoin(_PLANS, _OF_THE_PATIENT))
        .where(_GOALS.c.org == org, _GOALS.c.patient.in_([row.patient for row in patients]), _IS_OPEN)
        .group_by(_GOALS.c.patient)
    )
    return {row.patient: row for row in connection.execute(query)}


def _waiting_of(connection: Connection, org: str, patients: Sequence[AnyRow]) -> dict[str, dict[str, int]]:
    query = (
        select(_WAITING.c.patient, _WAITING.c.role, func.count().label("number"))
        .where(_WAITING.c.org == org, _WAITING.c.patient.in_([row.patient for row in patients]))
        .group_by(_WAITING.c.patient, _WAITING.c.role)
    )
    found: dict[str, dict[str, int]] = {}
    for row in connection.execute(query):
        found.setdefault(row.patient, {})[row.role] = row.number
    return found


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How many goals meet a condition; where it cannot be told (no review, say), it is not met."""
    return func.sum(case((condition, 1), else_=0), type_=Integer)


def _read(org: str, row: AnyRow, goals: AnyRow | None, waiting: Mapping[str, int]) -> Json:
    last_entry_on = goals.last_entry_on if goals else None
    return {
        "org": org,
        "patient": row.patient,
        "clinician": row.clinician,
        "setting": row.setting,
        "plan_status": row.status,
        "day": row.today.isoformat(),
        **{name: getattr(goals, name) if goals else 0 for name in _COUNTED},
        "next_review_on": _iso(goals.next_review_on if goals else None),
        "waiting": sum(waiting.values()),
        "waiting_for": {"patient": waiting.get("patient", 0), "clinician": waiting.get("clinician", 0)},
        "last_entry_on": _iso(last_entry_on),
        "days_since_last_entry": (row.today - last_entry_on).days if last_entry_on else None,
    }


_COUNTED = ("open_goals", "active_goals", "overdue", "due", "setbacks_since_review", "raise_at_next_session")


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
