"""The rows of a caseload, for the view of SQL dashboards and for the list alike.

Each number is a question of its own about one patient, which the keys answer. Whoever asks for a few patients, or for a
few of the numbers, pays for no others, and no plan of a database can be better for one number of patients than for ten
times as many.
"""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Subquery, Table, and_, case, func, select

from events.goal.state import OPEN
from projections.engine.paging import AnySelect
from projections.engine.plan_join import of_the_patient
from projections.engine.projection import Tables


def patients_in_treatment(tables: Tables, org: ColumnElement[str] | None = None) -> Subquery:
    """The `org` and `patient` of everybody with an open plan or an open goal.

    Args:
        org: Only those of this organisation.
    """
    goals, plans = tables["goals"], tables["plans"]
    with_plan = select(plans.c.org, plans.c.patient).where(plans.c.status == "open", *_in_org(plans, org))
    open_plans = plans.alias("open_plans")
    its_plan = and_(of_the_patient(open_plans, goals), open_plans.c.status == "open")
    with_goal = (
        select(goals.c.org, goals.c.patient)
        .select_from(goals.outerjoin(open_plans, its_plan))
        .where(is_open(goals), open_plans.c.org.is_(None), *_in_org(goals, org))
        .group_by(goals.c.org, goals.c.patient)
    )
    return with_plan.union_all(with_goal).subquery("patients")


def caseload_rows(tables: Tables, patients: FromClause, today: ColumnElement[Any]) -> AnySelect:  # Any: as in View
    """A row for each of some patients, with what asks for attention.

    Args:
        patients: Their `org` and `patient`, each of them once.
        today: The day from which it is looked at; it may depend on the columns of the plan.
    """
    goals, plans, waiting = tables["goals"], tables["plans"], tables["waiting"]

    def of_open_goals(value: ColumnElement[Any]) -> ColumnElement[Any]:  # Any: as above
        return _of_open_goals(tables, patients, value)

    def waiting_for(role: str) -> ColumnElement[int]:
        found = select(_how_many(waiting.c.role == role)).where(of_the_patient(waiting, patients))
        return found.correlate(patients).scalar_subquery()

    return select(
        patients.c.org,
        patients.c.patient,
        plans.c.clinician,
        plans.c.setting,
        plans.c.status.label("plan_status"),
        of_open_goals(func.count()).label("open_goals"),
        of_open_goals(_how_many(goals.c.status == "active")).label("active_goals"),
        of_open_goals(_how_many(goals.c.next_review_on < today)).label("overdue"),
        of_open_goals(_how_many(goals.c.next_review_on == today)).label("due"),
        of_open_goals(func.min(goals.c.next_review_on)).label("next_review_on"),
        of_open_goals(func.coalesce(func.sum(goals.c.setbacks), 0)).label("setbacks_since_review"),
        of_open_goals(_how_many(goals.c.raise_at_next_session)).label("raise_at_next_session"),
        waiting_for("patient").label("waiting_for_patient"),
        waiting_for("clinician").label("waiting_for_clinician"),
        of_open_goals(func.max(goals.c.last_entry_on)).label("last_entry_on"),
        of_open_goals(func.count(goals.c.patient_agreement_entered_by)).label("agreements_entered"),
    ).select_from(patients.outerjoin(plans, of_the_patient(plans, patients)))


def silent_goals(tables: Tables, patients: FromClause, day: ColumnElement[Any]) -> ColumnElement[int]:  # Any: as above
    """How many of the goals that are worked on have had no entry since a day, for a row of a caseload."""
    goals = tables["goals"]
    since = case((goals.c.last_entry_on > goals.c.worked_since, goals.c.last_entry_on), else_=goals.c.worked_since)
    return _of_open_goals(tables, patients, _how_many(since <= day))


def is_open(goals: Table) -> ColumnElement[bool]:
    """The condition that a goal is neither closed nor entered in error."""
    return goals.c.status.in_(sorted(OPEN))


def _of_open_goals(tables: Tables, patients: FromClause, value: ColumnElement[Any]) -> ColumnElement[Any]:
    goals, plans = tables["goals"], tables["plans"]
    found = select(value).select_from(goals).where(of_the_patient(goals, patients), is_open(goals))
    return found.correlate(patients, plans).scalar_subquery()


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows meet a condition. As a part of WHERE it would lead SQLite to indexes that know no patient."""
    return func.count(case((condition, 1)))


def _in_org(rows: FromClause, org: ColumnElement[str] | None) -> list[ColumnElement[bool]]:
    return [] if org is None else [rows.c.org == org]
