"""The plan of the patient whom a row is about: the condition by which tables and views join it."""

from sqlalchemy import ColumnElement, FromClause, and_


def of_the_patient(plans: FromClause, rows: FromClause) -> ColumnElement[bool]:
    """The condition that a plan, or another row, is of a row's patient.

    Args:
        rows: A table, or a subquery, with the columns `org` and `patient`.
    """
    return and_(plans.c.org == rows.c.org, plans.c.patient == rows.c.patient)
