"""What a calendar shows of the reviews: each goal's next one, and those that fell away with their goals."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from sqlalchemy import Connection, exists, literal, select, union_all

from projections.engine.paging import without_index
from projections.review_schedule.filters import CalendarFilter
from projections.review_schedule.tables import tables

_REVIEWS, _CALLED_OFF, _FOLDED, _PLANS = (tables()[name] for name in ("reviews", "called_off", "folded", "plans"))
_EVERY_REVIEW = CalendarFilter()
_SHARED = ("org", "patient", "goal", "due_on")


class CalendarEntry(NamedTuple):
    """One goal's review in a calendar: ids and dates, and nobody's words.

    Attributes:
        sequence: Grows whenever the review is set on another day, and once more when it falls away.
        called_off: Whether it fell away, because its goal came to an end.
        revised_at: When it was recorded that the review is on this day, or that it fell away.
    """

    org: str
    patient: str
    goal: str
    due_on: date
    sequence: int
    called_off: bool
    revised_at: datetime


def is_known(connection: Connection, org: str, patient: str | None) -> bool:
    """Whether anything is recorded of a patient, or of an organisation."""
    of = (_FOLDED.c.org == org,) if patient is None else (_FOLDED.c.org == org, _FOLDED.c.patient == patient)
    return bool(connection.scalar(select(exists().where(*of))))


def calendar(
    connection: Connection,
    org: str,
    filters: CalendarFilter = _EVERY_REVIEW,
    *,
    patient: str | None = None,
    from_: date,
    to: date,
    since: date,
) -> Sequence[CalendarEntry]:
    """Each goal's next review, and what fell away, by their days.

    Args:
        patient: Only this patient's.
        from_, to: Only reviews on these days and between them.
        since: Reviews that fell away are left out when that was before this day (UTC).
    """
    # A review that is set counts two, so that one that falls away, and may be set again, always counts up.
    ahead = select(
        *(_REVIEWS.c[name] for name in _SHARED),
        (2 * _REVIEWS.c.sequence).label("sequence"),
        literal(False).label("called_off"),
        _REVIEWS.c.set_at.label("revised_at"),
    )
    fallen = select(
        *(_CALLED_OFF.c[name] for name in _SHARED),
        (2 * _CALLED_OFF.c.sequence + 1).label("sequence"),
        literal(True),
        _CALLED_OFF.c.called_off_at,
    )
    # One patient's, or one clinician's, are few: what leads to them are not the days.
    day = without_index if patient is not None or filters.clinician is not None else lambda column: column
    ahead, fallen = (
        query.where(reviews.c.org == org, day(reviews.c.due_on).between(from_, to))
        for query, reviews in ((ahead, _REVIEWS), (fallen, _CALLED_OFF))
    )
    fallen = fallen.where(day(_CALLED_OFF.c.called_off_at) >= datetime.combine(since, time(), UTC))
    if patient is not None:
        ahead, fallen = ahead.where(_REVIEWS.c.patient == patient), fallen.where(_CALLED_OFF.c.patient == patient)
    if filters.clinician is not None:
        of_clinician = select(_PLANS.c.patient).where(_PLANS.c.org == org, _PLANS.c.clinician == filters.clinician)
        ahead = ahead.where(_REVIEWS.c.patient.in_(of_clinician))
        fallen = fallen.where(_CALLED_OFF.c.patient.in_(of_clinician))
    both = union_all(ahead, fallen).subquery()
    rows = connection.execute(select(both).order_by(day(both.c.due_on), both.c.patient, both.c.goal))
    return [CalendarEntry(*row) for row in rows]
