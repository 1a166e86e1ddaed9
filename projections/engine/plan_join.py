"""The plan of the patient whom a row is about: the condition by which tables and views join it."""

from sqlalchemy import ColumnElement, FromClause, Table, and_


def of_the_patient(plans: Table, rows: FromClause) -> ColumnElement[bool]:
    """The condition that a plan is the one of a row's patient.

    Args:
        rows: A table, or a subquery, with the columns `org` and `patient`.
    """
    return and_(plans.c.org == rows.c.org, plans.c.patient == rows.c.patient)
