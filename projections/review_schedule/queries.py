"""Which reviews are coming up, due, or overdue."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Date, literal, select

from events.identity import GoalId
from projections.engine.clinic_day import clinic_day
from projections.engine.paging import AnyRow, Json, read_page
from projections.engine.quarantine import quarantined_goals
from projections.review_schedule.filters import ReviewFilter
from projections.review_schedule.review_columns import due_status, reviews_beside_plans
from projections.review_schedule.tables import tables

_REVIEWS, _PLANS = tables()["reviews"], tables()["plans"]
_EVERY_REVIEW = ReviewFilter()


def reviews(
    connection: Connection,
    org: str,
    filters: ReviewFilter = _EVERY_REVIEW,
    *,
    now: datetime,
    limit: int = 100,
    cursor: str | None = None,
) -> Json:
    """The next review of each goal that has one, the longest due first: `items` and `next`.

    An item has `org`, `patient`, `goal`, `due_on`, `status` (overdue before the day, due on it, upcoming after it),
    `cause`, `sequence`, `goal_status`, `statement`, `wording`, `clinician`, `time_zone`, `version`, `position`, and
    `quarantined` as in :func:`events.goal.reading.read_goal`.

    Args:
        now: Tells today's date in each plan's time zone, unless the filter has a day.

    Raises:
        BadCursor: when the cursor is not from this list.
    """
    due_on = _REVIEWS.c.due_on
    today = literal(filters.day, Date) if filters.day else clinic_day(connection, _PLANS, org, now)
    status = due_status(_REVIEWS, today)
    query = (
        select(*_REVIEWS.c, _PLANS.c.clinician, _PLANS.c.time_zone, status.label("status"))
        .select_from(reviews_beside_plans(tables()))
        .where(_REVIEWS.c.org == org)
    )
    if filters.patient is not None:
        query = query.where(_REVIEWS.c.patient == filters.patient)
    if filters.clinician is not None:
        query = query.where(_PLANS.c.clinician == filters.clinician)
    if filters.until is not None:
        query = query.where(due_on <= filters.until)
    if filters.status is not None:
        query = query.where(status == filters.status)

    def read(rows: Sequence[AnyRow]) -> list[Json]:
        return _read(connection, rows)

    order = (due_on, _REVIEWS.c.patient, _REVIEWS.c.goal)
    return read_page(connection, query, of="reviews", order=order, read=read, limit=limit, cursor=cursor)


def _read(connection: Connection, rows: Sequence[AnyRow]) -> list[Json]:
    ids = [GoalId(row.org, row.patient, row.goal) for row in rows]
    quarantined = quarantined_goals(connection, "review_schedule", ids)
    return [
        {
            **row._mapping,
            "due_on": row.due_on.isoformat(),
            "quarantined": quarantined[goal_id].at(row.version) if goal_id in quarantined else None,
        }
        for goal_id, row in zip(ids, rows, strict=True)
    ]
