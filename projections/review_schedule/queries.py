"""Which reviews are coming up, due, or overdue."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from events.identity import GoalId
from events.time_zones import UTC_ZONE
from projections.engine.clinic_day import clinic_days, day_of_plan
from projections.engine.paging import AnyRow, Json, read_page, without_index
from projections.engine.quarantine import quarantined_goals
from projections.review_schedule.filters import ReviewFilter
from projections.review_schedule.review_columns import due_status, reviews_beside_plans
from projections.review_schedule.tables import tables

_REVIEWS, _PLANS = tables()["reviews"], tables()["plans"]
_THEIR_PLANS = _PLANS.alias("their_plans")
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
    few = filters.patient is not None or filters.clinician is not None
    day = without_index(due_on).label(due_on.name) if few else due_on
    days = {UTC_ZONE: filters.day} if filters.day else clinic_days(connection, _PLANS, org, now)
    status = due_status(_REVIEWS, day_of_plan(_PLANS, days))
    query = (
        select(
            *(day if column is due_on else column for column in _REVIEWS.c),
            _PLANS.c.clinician,
            _PLANS.c.time_zone,
            status.label("status"),
        )
        .select_from(reviews_beside_plans(tables()))
        .where(_REVIEWS.c.org == org)
    )
    if filters.patient is not None:
        query = query.where(_REVIEWS.c.patient == filters.patient)
    if filters.clinician is not None:
        of_clinician = select(_THEIR_PLANS.c.patient).where(
            _THEIR_PLANS.c.org == org, _THEIR_PLANS.c.clinician == filters.clinician
        )
        query = query.where(_REVIEWS.c.patient.in_(of_clinician))
    if filters.until is not None:
        query = query.where(due_on <= filters.until)
    if filters.status is not None:
        # Of all time zones together, which an index can find; then of each.
        first, last = min(days.values()), max(days.values())
        match filters.status:
            case "overdue":
                query = query.where(due_on < last)
            case "due":
                query = query.where(due_on.between(first, last))
            case "upcoming":
                query = query.where(due_on > first)
        query = query.where(status == filters.status)

    def read(rows: Sequence[AnyRow]) -> list[Json]:
        return _read(connection, rows)

    order = (day, _REVIEWS.c.patient, _REVIEWS.c.goal)
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
