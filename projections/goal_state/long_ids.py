"""Ids that are too long, or too oddly begun, to be written out where only 64 characters are allowed (FHIR)."""

from collections.abc import Iterator

from sqlalchemy import Connection, func, literal, or_, select, union_all

from events.identity import PLAN, GoalId
from projections.goal_state.tables import tables

_TABLES = tables()
_GOALS, _PLANS = _TABLES["goals"], _TABLES["plans"]


def long_ids(connection: Connection, sure_to_fit: int) -> Iterator[GoalId]:
    """The ids of goals and plans that may be too long: whose parts, each underscore counted twice, have more than
    `sure_to_fit` characters together, and those with a part that begins with an underscore.
    """
    everything = union_all(
        select(_GOALS.c.org, _GOALS.c.patient, _GOALS.c.goal),
        select(_PLANS.c.org, _PLANS.c.patient, literal(PLAN).label("goal")),
    ).subquery()
    org, patient, goal = everything.c.org, everything.c.patient, everything.c.goal
    written = func.replace(org + patient + goal, "_", "..")
    odd = or_(*(column.startswith("_", autoescape=True) for column in (org, patient, goal)))
    for row in connection.execute(select(org, patient, goal).where(or_(func.length(written) > sure_to_fit, odd))):
        yield GoalId(*row)
