"""The rows of a caseload, for the view of SQL dashboards and for the list alike."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Subquery, Table, and_, case, func, select

from events.goal.state import OPEN
from projections.engine.paging import AnySelect
from projections.engine.plan_join import of_the_patient
from projections.engine.projection import Tables
from projections.engine.views import number


def patients_in_treatment(tables: Tables, org: str | None = None) -> Subquery:
    """The `org` and `patient` of everybody with an open plan or an open goal.

    Args:
        org: Only those of this organisation.
    """
    goals, plans = tables["goals"], tables["plans"]
    with_plan = select(plans.c.org, plans.c.patient).where(plans.c.status == "open", *_in_org(plans, org))
    with_goal = select(goals.c.org, goals.c.patient).where(_is_open(goals), *_in_org(goals, org))
    return with_plan.union(with_goal).subquery("patients")


def silent_goals(goals: Table, day: ColumnElement[Any]) -> ColumnElement[int]:  # Any: as in View
    """How many of the goals that are worked on have had no entry since a day, for a row of a caseload."""
    since = case((goals.c.last_entry_on > goals.c.worked_since, goals.c.last_entry_on), else_=goals.c.worked_since)
    return func.sum(number(since <= day))


def caseload_rows(tables: Tables, patients: FromClause, today: ColumnElement[Any]) -> AnySelect:  # Any: as in View
    """A row for each of some patients, with what asks for attention.

    Args:
        patients: Their `org` and `patient`.
        today: The day from which it is looked at; it may depend on the columns of the plan.
    """
    goals, plans, waiting = tables["goals"], tables["plans"], tables["waiting"]

    def waiting_for(role: str) -> ColumnElement[int]:
        of_the_role = and_(waiting.c.org == patients.c.org, waiting.c.patient == patients.c.patient)
        count = select(func.count()).select_from(waiting).where(of_the_role, waiting.c.role == role)
        return count.correlate(patients).scalar_subquery()

    of_the_goals = and_(goals.c.org == patients.c.org, goals.c.patient == patients.c.patient, _is_open(goals))
    of_the_plan = (plans.c.clinician, plans.c.setting, plans.c.status, plans.c.time_zone)
    return (
        select(
            patients.c.org,
            patients.c.patient,
            plans.c.clinician,
            plans.c.setting,
            plans.c.status.label("plan_status"),
            func.count(goals.c.goal).label("open_goals"),
            func.sum(number(goals.c.status == "active")).label("active_goals"),
            func.sum(number(goals.c.next_review_on < today)).label("overdue"),
            func.sum(number(goals.c.next_review_on == today)).label("due"),
            func.min(goals.c.next_review_on).label("next_review_on"),
            func.coalesce(func.sum(goals.c.setbacks), 0).label("setbacks_since_review"),
            func.sum(number(goals.c.raise_at_next_session)).label("raise_at_next_session"),
            waiting_for("patient").label("waiting_for_patient"),
            waiting_for("clinician").label("waiting_for_clinician"),
            func.max(goals.c.last_entry_on).label("last_entry_on"),
            func.count(goals.c.patient_agreement_entered_by).label("agreements_entered"),
        )
        .select_from(patients.outerjoin(plans, of_the_patient(plans, patients)).outerjoin(goals, of_the_goals))
        .group_by(patients.c.org, patients.c.patient, *of_the_plan)
    )


def _is_open(goals: Table) -> ColumnElement[bool]:
    return goals.c.status.in_(sorted(OPEN))


def _in_org(rows: Table, org: str | None) -> list[ColumnElement[bool]]:
    return [] if org is None else [rows.c.org == org]
