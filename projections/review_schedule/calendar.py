"""What a calendar shows of the reviews: each goal's next one, and those that fell away with their goals."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, literal, select, union_all

from projections.review_schedule.tables import tables

_REVIEWS, _CALLED_OFF = tables()["reviews"], tables()["called_off"]
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


def calendar(connection: Connection, org: str, *, patient: str | None = None, since: date) -> list[CalendarEntry]:
    """Every goal's next review, however long it is overdue, and what fell away.

    Args:
        patient: Only this patient's.
        since: Reviews that fell away are left out when they were due before this day.
    """
    ahead = select(*(_REVIEWS.c[name] for name in _SHARED), _REVIEWS.c.sequence, literal(False).label("called_off"))
    fallen = select(
        *(_CALLED_OFF.c[name] for name in _SHARED), (_CALLED_OFF.c.sequence + 1).label("sequence"), literal(True)
    )
    ahead, fallen = ahead.where(_REVIEWS.c.org == org), fallen.where(_CALLED_OFF.c.org == org)
    fallen = fallen.where(_CALLED_OFF.c.due_on >= since)
    if patient is not None:
        ahead, fallen = ahead.where(_REVIEWS.c.patient == patient), fallen.where(_CALLED_OFF.c.patient == patient)
    both = union_all(ahead, fallen).subquery()
    rows = connection.execute(select(both).order_by(both.c.due_on, both.c.patient, both.c.goal))
    return [CalendarEntry(**{**row._mapping, "called_off": bool(row.called_off)}) for row in rows]
