"""Which reviews are coming up, due, or overdue."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Connection, Date, bindparam, select, tuple_

from events.identity import GoalId
from events.time_zones import UTC_ZONE
from projections.engine.clinic_day import clinic_days, day_parameters, parameter_of_day
from projections.engine.paging import AnySelect, Json, Place, paged, without_index
from projections.engine.quarantine import quarantined_goals
from projections.engine.statements import Values, fetch
from projections.review_schedule.filters import ReviewFilter, ReviewStatus
from projections.review_schedule.review_columns import due_status, reviews_beside_plans
from projections.review_schedule.tables import tables

_REVIEWS, _PLANS = tables()["reviews"], tables()["plans"]
_THEIR_PLANS = _PLANS.alias("their_plans")
_EVERY_REVIEW = ReviewFilter()
_LISTED = tuple(column for column in _REVIEWS.c if column is not _REVIEWS.c.set_at)
"""When a review was set is for calendars alone."""
# SQLAlchemy's own kind of text takes ten times as long to be written as JSON.
_TOLD = (*(str(column.name) for column in _LISTED), "clinician", "time_zone", "status")
_GOAL = tuple(_TOLD.index(name) for name in GoalId._fields)
_DUE_ON, _MOVED_FROM, _VERSION, _OWN_WORDS = map(_TOLD.index, ("due_on", "moved_from", "version", "own_words"))
_ORDER = ("due_on", "patient", "goal")
_AFTER = tuple(f"after_{name}" for name in _ORDER)
_PLACE = tuple(_TOLD.index(name) for name in _ORDER)


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
    `cause`, `sequence`, `moved_from` (the day that it was on before, where it was moved; else null), `goal_status`,
    `statement`, `own_words` (whether it came from the patient; null where nobody knows), `wording`, `clinician`,
    `time_zone`, `version`, `position`, and `quarantined` as in
    :func:`events.goal.reading.read_goal`.

    Args:
        now: Tells today's date in each plan's time zone, unless the filter has a day.

    Raises:
        BadCursor: when the cursor is not from this list.
    """
    days = {UTC_ZONE: filters.day} if filters.day else clinic_days(connection, _PLANS, org, now)
    narrowed = filters.model_dump(include=set(_NARROWING), exclude_none=True)
    shape = _Shape(tuple(narrowed), filters.status, tuple(sorted(days)))
    asked = {"org": org, "first_day": min(days.values()), "last_day": max(days.values()), **day_parameters(days)}

    def rows(last: Place | None, most: int) -> Sequence[Values]:
        after = {} if last is None else dict(zip(_AFTER, last, strict=True))
        return fetch(connection, _reviews(shape, after=bool(after)), {**asked, **narrowed, **after, "most": most})

    def read(page: Sequence[Values]) -> list[Json]:
        return _read(connection, page)

    return paged(rows, of="reviews", kinds=(date, str, str), key=_place, read=read, limit=limit, cursor=cursor)


class _Shape(NamedTuple):
    """What decides about the text of a query.

    Attributes:
        narrowed: The filters that are given, of those that name one value.
        zones: The time zones whose days are told apart.
    """

    narrowed: tuple[str, ...]
    status: ReviewStatus | None
    zones: tuple[str, ...]


_NARROWING = ("until", "patient", "clinician")


# Putting a query together takes longer than to answer it.
@lru_cache(maxsize=256)
def _reviews(shape: _Shape, *, after: bool) -> AnySelect:
    due_on = _REVIEWS.c.due_on
    few = "patient" in shape.narrowed or "clinician" in shape.narrowed
    day = without_index(due_on).label(due_on.name) if few else due_on
    status = due_status(_REVIEWS, parameter_of_day(_PLANS, shape.zones))
    query = (
        select(
            *(day if column is due_on else column for column in _LISTED),
            _PLANS.c.clinician,
            _PLANS.c.time_zone,
            status.label("status"),
        )
        .select_from(reviews_beside_plans(tables()))
        .where(_REVIEWS.c.org == bindparam("org"))
    )
    if "patient" in shape.narrowed:
        query = query.where(_REVIEWS.c.patient == bindparam("patient"))
    if "clinician" in shape.narrowed:
        of_clinician = select(_THEIR_PLANS.c.patient).where(
            _THEIR_PLANS.c.org == bindparam("org"), _THEIR_PLANS.c.clinician == bindparam("clinician")
        )
        query = query.where(_REVIEWS.c.patient.in_(of_clinician))
    if "until" in shape.narrowed:
        query = query.where(due_on <= bindparam("until", type_=Date))
    if shape.status is not None:
        # Of all time zones together, which an index can find; then of each.
        first, last = bindparam("first_day", type_=Date), bindparam("last_day", type_=Date)
        match shape.status:
            case "overdue":
                query = query.where(due_on < last)
            case "due":
                query = query.where(due_on.between(first, last))
            case "upcoming":
                query = query.where(due_on > first)
        query = query.where(status == shape.status)
    order = (day, _REVIEWS.c.patient, _REVIEWS.c.goal)
    if after:
        place = (bindparam(name, type_=column.type) for name, column in zip(_AFTER, order, strict=True))
        query = query.where(tuple_(*order) > tuple_(*place))
    return query.order_by(*order).limit(bindparam("most"))


def _place(row: Values) -> Place:
    return [row[slot] for slot in _PLACE]


def _read(connection: Connection, rows: Sequence[Values]) -> list[Json]:
    ids = [GoalId(*(row[slot] for slot in _GOAL)) for row in rows]
    quarantined = quarantined_goals(connection, "review_schedule", ids)
    return [
        {
            **dict(zip(_TOLD, row, strict=True)),
            "due_on": row[_DUE_ON].isoformat(),
            "moved_from": row[_MOVED_FROM].isoformat() if row[_MOVED_FROM] else None,
            "own_words": None if row[_OWN_WORDS] is None else bool(row[_OWN_WORDS]),
            "quarantined": quarantined[goal_id].at(row[_VERSION]) if goal_id in quarantined else None,
        }
        for goal_id, row in zip(ids, rows, strict=True)
    ]
