"""What every goal and plan is now, for whoever shows it."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, and_, select

from events.goal import GoalState
from events.goal.reading import read_goal
from events.identity import GoalId
from events.plan import PlanState
from events.plan.reading import read_plan
from events.vocabulary import Status
from projections.engine.clinic_day import clinic_day
from projections.engine.paging import AnyRow, Json, read_page
from projections.goal_state.projector import searchable
from projections.goal_state.tables import tables

_GOALS, _PLANS = tables()["goals"], tables()["plans"]
_OF_THE_PATIENT = and_(_PLANS.c.org == _GOALS.c.org, _PLANS.c.patient == _GOALS.c.patient)
_WITH_PLAN = select(_GOALS.c.patient, _GOALS.c.goal, _GOALS.c.state, _PLANS.c.state.label("plan_state")).select_from(
    _GOALS.outerjoin(_PLANS, _OF_THE_PATIENT)
)


def goal(connection: Connection, goal_id: GoalId) -> Json | None:
    """One goal as it is now, as :func:`events.goal.reading.read_goal` gives it; None when there is none."""
    rows = connection.execute(
        _WITH_PLAN.where(
            _GOALS.c.org == goal_id.org, _GOALS.c.patient == goal_id.patient, _GOALS.c.goal == goal_id.goal
        )
    ).all()
    return _read(rows)[0] if rows else None


def plan(connection: Connection, org: str, patient: str) -> Json | None:
    """A patient's plan as it is now, as :func:`events.plan.reading.read_plan` gives it; None when there is none."""
    state = connection.scalar(select(_PLANS.c.state).where(_PLANS.c.org == org, _PLANS.c.patient == patient))
    return read_plan(PlanState.model_validate_json(state)) if state else None


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
        now: Tells today's date in each plan's time zone, unless `day` is given.
        overdue: Only goals whose review was due before the day (True), or only the others (False).
        day: The day that `overdue` is about.
        text: Only goals whose statement or wording contains each of these words, in any case and order.
        limit: The most goals on a page.
        cursor: `next` of the page before.

    Raises:
        BadCursor: when the cursor is not from this list.
    """
    query = _WITH_PLAN.where(_GOALS.c.org == org)
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
    order = (_GOALS.c.patient, _GOALS.c.goal)
    return read_page(connection, query, of="goals", order=order, read=_read, limit=limit, cursor=cursor)


def _read(rows: Sequence[AnyRow]) -> list[Json]:
    plans = {row.patient: PlanState.model_validate_json(row.plan_state) for row in rows if row.plan_state}
    return [read_goal(GoalState.model_validate_json(row.state), plans.get(row.patient)) for row in rows]
