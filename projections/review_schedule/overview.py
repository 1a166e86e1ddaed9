"""How many reviews there are up to a day, and what stands on each day of a calendar: for the page of reviews."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import Column, Connection, func, literal, select, union_all

from events.time_zones import UTC_ZONE
from projections.engine.clinic_day import clinic_days, day_of_plan
from projections.engine.paging import AnySelect
from projections.review_schedule.filters import ReviewStatus
from projections.review_schedule.review_columns import due_status, reviews_beside_plans
from projections.review_schedule.tables import tables

_REVIEWS, _PLANS = tables()["reviews"], tables()["plans"]


class Counted(NamedTuple):
    """How many reviews of a clinician's patients in a time zone have a status.

    Attributes:
        clinician, time_zone: None where the patient has no plan.
    """

    clinician: str | None
    time_zone: str | None
    status: ReviewStatus
    number: int


class OnDay(NamedTuple):
    """A review on its day, or the place that one was moved away from.

    Attributes:
        number: How many there are on the day.
    """

    on: date
    kind: Literal["due", "moved away"]
    patient: str
    goal: str
    due_on: date
    moved_from: date | None
    number: int


def review_counts(
    connection: Connection, org: str, *, until: date, now: datetime, day: date | None = None
) -> Sequence[Counted]:
    """All reviews that are due on or before a day, counted.

    Args:
        now: Tells today's date in each plan's time zone, unless a day is given.
    """
    days = {UTC_ZONE: day} if day else clinic_days(connection, _PLANS, org, now)
    told = (_PLANS.c.clinician, _PLANS.c.time_zone, due_status(_REVIEWS, day_of_plan(_PLANS, days)).label("status"))
    each = select(*told).select_from(reviews_beside_plans(tables()))
    found = each.where(_REVIEWS.c.org == org, _REVIEWS.c.due_on <= until).subquery()
    query = select(*found.c, func.count()).group_by(*found.c).order_by(*found.c)
    return [Counted._make(row) for row in connection.execute(query)]


def reviews_on_days(
    connection: Connection, org: str, first: date, last: date, *, clinician: str | None = None, most: int
) -> Sequence[OnDay]:
    """What stands on the days of a calendar, what is due before what was moved away: of each day the first few.

    Args:
        most: How many of a day.
    """
    due = _placed("due", _REVIEWS.c.due_on, org, first, last, clinician)
    moved = _placed("moved away", _REVIEWS.c.moved_from, org, first, last, clinician)
    placed = union_all(due, moved).subquery()
    order = (placed.c.kind, placed.c.patient, placed.c.goal)
    place = func.row_number().over(partition_by=placed.c.on_day, order_by=order).label("place")
    number = func.count().over(partition_by=placed.c.on_day).label("number")
    ranked = select(placed, number, place).subquery()
    told = [column for column in ranked.c if column.name != "place"]
    query = select(*told).where(ranked.c.place <= most).order_by(ranked.c.on_day, ranked.c.place)
    return [OnDay._make(row) for row in connection.execute(query)]


def _placed(kind: str, on_day: Column[Any], org: str, first: date, last: date, clinician: str | None) -> AnySelect:
    columns = (_REVIEWS.c.patient, _REVIEWS.c.goal, _REVIEWS.c.due_on, _REVIEWS.c.moved_from)
    query: AnySelect = select(on_day.label("on_day"), literal(kind).label("kind"), *columns)
    query = query.where(_REVIEWS.c.org == org, on_day.between(first, last))
    if clinician is not None:
        theirs = select(_PLANS.c.patient).where(_PLANS.c.org == org, _PLANS.c.clinician == clinician)
        query = query.where(_REVIEWS.c.patient.in_(theirs))
    return query
