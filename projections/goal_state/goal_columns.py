"""What views, lists and evidence alike tell of a goal, where it takes more than a column of its row."""

from sqlalchemy import ColumnElement, FromClause, Table, case

from projections.engine.plan_join import of_the_patient
from projections.engine.projection import Tables


def goals_beside_plans(tables: Tables) -> FromClause:
    """The goals, each with its patient's plan beside it; the plan's columns are null where there is none."""
    goals, plans = tables["goals"], tables["plans"]
    return goals.outerjoin(plans, of_the_patient(plans, goals))


def framework(goals: Table) -> ColumnElement[str]:
    """The column that is smart, gas, both, or none while the goal is in own words only."""
    return case({"": "none", "smart,gas": "both"}, value=goals.c.framework, else_=goals.c.framework)


def measurable(tables: Tables) -> ColumnElement[bool]:
    """Whether nothing is missing in the definition: a column. A plan in simplified language asks for less."""
    goals, plans = tables["goals"], tables["plans"]
    return case((plans.c.simplified, goals.c.measurable_simplified), else_=goals.c.measurable)
