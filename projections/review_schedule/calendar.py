"""What a calendar shows of the reviews: each goal's next one, and those that fell away with their goals."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, exists, literal, select, union_all

from projections.engine.plan_join import of_the_patient
from projections.review_schedule.filters import CalendarFilter
from projections.review_schedule.tables import tables

_REVIEWS, _CALLED_OFF, _FOLDED, _PLANS = (tables()[name] for name in ("reviews", "called_off", "folded", "plans"))
_EVERY_REVIEW = CalendarFilter()
_SHARED = ("org", "patient", "goal", "due_on")


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One goal's review in a calendar: ids and dates, and nobody's words.

    Attributes:
        sequence: Grows whenever the review is set on another day, and once more when it falls away.
        called_off: Whether it fell away, because its goal came to an end.
    """

    org: str
    patient: str
    goal: str
    due_on: date
    sequence: int
    called_off: bool


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
    since: date,
) -> list[CalendarEntry]:
    """Every goal's next review, however long it is overdue, and what fell away.

    Args:
        patient: Only this patient's.
        since: Reviews that fell away are left out when that was before this day (UTC).
    """
    # A review that is set counts two, so that one that falls away, and may be set again, always counts up.
    ahead = select(
        *(_REVIEWS.c[name] for name in _SHARED),
        (2 * _REVIEWS.c.sequence).label("sequence"),
        literal(False).label("called_off"),
    )
    fallen = select(
        *(_CALLED_OFF.c[name] for name in _SHARED),
        (2 * _CALLED_OFF.c.sequence + 1).label("sequence"),
        literal(True),
    )
    ahead, fallen = ahead.where(_REVIEWS.c.org == org), fallen.where(_CALLED_OFF.c.org == org)
    fallen = fallen.where(_CALLED_OFF.c.called_off_on >= since)
    if patient is not None:
        ahead, fallen = ahead.where(_REVIEWS.c.patient == patient), fallen.where(_CALLED_OFF.c.patient == patient)
    if filters.clinician is not None:
        ahead, fallen = (
            query.join(_PLANS, of_the_patient(_PLANS, reviews)).where(_PLANS.c.clinician == filters.clinician)
            for query, reviews in ((ahead, _REVIEWS), (fallen, _CALLED_OFF))
        )
    both = union_all(ahead, fallen).subquery()
    rows = connection.execute(select(both).order_by(both.c.due_on, both.c.patient, both.c.goal))
    return [CalendarEntry(**{**row._mapping, "called_off": bool(row.called_off)}) for row in rows]
