"""What the view and the list alike tell of a review, where it takes more than a column of its row."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Table, case

from projections.engine.plan_join import of_the_patient
from projections.engine.projection import Tables


def reviews_beside_plans(tables: Tables) -> FromClause:
    """The reviews, each with its patient's plan beside it; the plan's columns are null where there is none."""
    reviews, plans = tables["reviews"], tables["plans"]
    return reviews.outerjoin(plans, of_the_patient(plans, reviews))


def due_status(reviews: Table, day: ColumnElement[Any]) -> ColumnElement[str]:  # Any: a date, or its text on SQLite
    """The column that is overdue after a review's day, due on it, and upcoming before it.

    Args:
        day: The day from which it is looked at; it may depend on the columns of the plan.
    """
    due_on = reviews.c.due_on
    return case((due_on > day, "upcoming"), (due_on == day, "due"), else_="overdue")
