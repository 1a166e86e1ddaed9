"""Which reviews are coming up, due, or overdue."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from sqlalchemy import ColumnElement, Connection, Date, and_, case, literal, select

from events.identity import GoalId
from projections.engine.clinic_day import clinic_day
from projections.engine.paging import AnyRow, Json, read_page
from projections.engine.quarantine import quarantined_goals
from projections.review_schedule.tables import tables

ReviewStatus = Literal["upcoming", "due", "overdue"]

_REVIEWS, _PLANS = tables()["reviews"], tables()["plans"]
_OF_THE_PATIENT = and_(_PLANS.c.org == _REVIEWS.c.org, _PLANS.c.patient == _REVIEWS.c.patient)


def reviews(  # noqa: PLR0913 - each filter is one, by its name
    connection: Connection,
    org: str,
    *,
    now: datetime,
    day: date | None = None,
    status: ReviewStatus | None = None,
    until: date | None = None,
    patient: str | None = None,
    limit: int = 100,
    cursor: str | None = None,
) -> Json:
    """The next review of each goal that has one, the longest due first: `items` and `next`.

    An item has `org`, `patient`, `goal`, `due_on`, `status` (overdue before the day, due on it, upcoming after it),
    `cause`, `sequence`, `goal_status`, `statement`, `wording`, `clinician`, `time_zone`, `version`, `position`, and
    `quarantined` as in :func:`events.goal.reading.read_goal`.

    Args:
        now: Tells today's date in each plan's time zone, unless `day` is given.
        day: The day on which a review is due, overdue or upcoming.
        status: Only reviews that are this on the day.
        until: Only reviews due on this day or before.
        patient: Only this patient's.

    Raises:
        BadCursor: when the cursor is not from this list.
    """
    due_on = _REVIEWS.c.due_on
    today = literal(day, Date) if day else clinic_day(connection, _PLANS, org, now)
    query = (
        select(
            *_REVIEWS.c,
            _PLANS.c.clinician,
            _PLANS.c.time_zone,
            case((due_on > today, "upcoming"), (due_on == today, "due"), else_="overdue").label("status"),
        )
        .select_from(_REVIEWS.outerjoin(_PLANS, _OF_THE_PATIENT))
        .where(_REVIEWS.c.org == org)
    )
    if patient is not None:
        query = query.where(_REVIEWS.c.patient == patient)
    if until is not None:
        query = query.where(due_on <= until)
    if status is not None:
        on_the_day: dict[ReviewStatus, ColumnElement[bool]] = {
            "upcoming": due_on > today,
            "due": due_on == today,
            "overdue": due_on < today,
        }
        query = query.where(on_the_day[status])

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
