"""Evidence of good practice, goal by goal and in total: timely reviews, own words, measurability (S59)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, and_, case, func, select

from events.goal import GoalState
from events.identity import GoalId
from projections.engine.clinic_day import clinic_day
from projections.engine.paging import AnyRow, AnySelect, Json, read_page
from projections.goal_state.projector import statement_hash
from projections.goal_state.quarantined import IS_QUARANTINED, quarantined_of_rows
from projections.goal_state.queries import copies
from projections.goal_state.tables import tables

_GOALS, _PLANS, _REVIEWS = (tables()[name] for name in ("goals", "plans", "reviews"))
_OF_THE_PATIENT = and_(_PLANS.c.org == _GOALS.c.org, _PLANS.c.patient == _GOALS.c.patient)
_OF_THE_GOAL = and_(*(_REVIEWS.c[name] == _GOALS.c[name] for name in ("org", "patient", "goal")))
_MEASURABLE = case((_PLANS.c.simplified, _GOALS.c.measurable_simplified), else_=_GOALS.c.measurable)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which goals and reviews an evidence export is about; those entered in error are in none.

    Attributes:
        since, until: Only reviews that took place on these days and between them.
    """

    org: str
    patient: str | None = None
    clinician: str | None = None
    since: date | None = None
    until: date | None = None

    def goals(self, *columns: ColumnElement[Any]) -> AnySelect:  # Any: columns of several types
        """Columns of the goals and their plans."""
        query = select(*columns).select_from(_GOALS.outerjoin(_PLANS, _OF_THE_PATIENT))
        query = query.where(_GOALS.c.org == self.org, _GOALS.c.status != "entered_in_error")
        if self.patient is not None:
            query = query.where(_GOALS.c.patient == self.patient)
        if self.clinician is not None:
            query = query.where(_PLANS.c.clinician == self.clinician)
        return query

    @property
    def in_period(self) -> ColumnElement[bool]:
        """The condition that a review took place in the period that is asked about."""
        bounds = [_REVIEWS.c.org == self.org]
        if self.since is not None:
            bounds.append(_REVIEWS.c.day >= self.since)
        if self.until is not None:
            bounds.append(_REVIEWS.c.day <= self.until)
        return and_(*bounds)


def evidence(
    connection: Connection, asked: Asked, *, now: datetime, limit: int = 100, cursor: str | None = None
) -> Json:
    """The evidence for each goal, by patient and goal: `items` and `next`.

    An item has `org`, `patient`, `goal`, `clinician`, `status`, `outcome`, `framework` (smart, gas, both or none),
    `statement`, `wording`, `own_words` (whether the statement came from the patient; null where nobody knows),
    `copies` (other patients with the same text), `measurable` (nothing is missing in the definition), `reviews`
    (that took place), `timely` (those of them on the day they were due or before), `with_patient`, `next_review_on`,
    `overdue` (whether that day has passed), and `quarantined` as in :func:`events.goal.reading.read_goal`.

    Args:
        now: Tells today's date in each plan's time zone.

    Raises:
        BadCursor: when the cursor is not from this list.
    """
    overdue = _overdue(connection, asked.org, now)
    query = asked.goals(
        *(_GOALS.c[name] for name in _AS_IT_IS),
        _GOALS.c.next_review_on,
        _GOALS.c.version,
        _GOALS.c.state,
        _PLANS.c.clinician,
        _MEASURABLE.label("measurable"),
        overdue.label("overdue"),
        IS_QUARANTINED,
    )

    def read(rows: Sequence[AnyRow]) -> list[Json]:
        reviews = _reviews_of(connection, asked, rows)
        states = [GoalState.model_validate_json(row.state) for row in rows]
        patients = copies(connection, asked.org, (state.statement for state in states))
        quarantined = quarantined_of_rows(connection, rows)
        return [
            {
                **_read(row, state, reviews.get((row.patient, row.goal), _NO_REVIEWS), patients),
                "quarantined": quarantined.get(GoalId(row.org, row.patient, row.goal)),
            }
            for row, state in zip(rows, states, strict=True)
        ]

    order = (_GOALS.c.patient, _GOALS.c.goal)
    return read_page(connection, query, of="evidence", order=order, read=read, limit=limit, cursor=cursor)


def evidence_in_total(connection: Connection, asked: Asked, *, now: datetime) -> Json:
    """The evidence of all goals in total.

    Returns:
        How many goals there are (`goals`), and how many of them are `own_words`, `own_words_unknown`, `measurable`,
        `overdue` (their review is) or `quarantined`; how many `reviews` took place, and how many of these were
        `timely` or `with_patient`.
    """
    counted = {
        "own_words": _GOALS.c.own_words,
        "own_words_unknown": _GOALS.c.own_words.is_(None),
        "measurable": _MEASURABLE,
        "overdue": _overdue(connection, asked.org, now),
        "quarantined": IS_QUARANTINED.element,
    }
    goals = connection.execute(
        asked.goals(func.count().label("goals"), *(_number(what).label(name) for name, what in counted.items()))
    ).one()
    kept = asked.goals(*(_GOALS.c[name] for name in ("org", "patient", "goal"))).subquery("kept")
    of_these = and_(*(_REVIEWS.c[name] == kept.c[name] for name in ("org", "patient", "goal")))
    reviews = connection.execute(
        select(*_COUNTED_REVIEWS).select_from(_REVIEWS.join(kept, of_these)).where(asked.in_period)
    ).one()
    return {name: value or 0 for name, value in {**goals._mapping, **reviews._mapping}.items()}


def _overdue(connection: Connection, org: str, now: datetime) -> ColumnElement[bool]:
    late = _GOALS.c.next_review_on < clinic_day(connection, _PLANS, org, now)
    return case((late, True), else_=False)


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0), type_=Integer)


_COUNTED_REVIEWS = (
    func.count().label("reviews"),
    _number(_REVIEWS.c.timely).label("timely"),
    _number(_REVIEWS.c.with_patient).label("with_patient"),
)
_NO_REVIEWS: Mapping[str, int] = {"reviews": 0, "timely": 0, "with_patient": 0}
_AS_IT_IS = ("org", "patient", "goal", "status", "outcome", "life_area", "own_words", "framework")


def _reviews_of(
    connection: Connection, asked: Asked, rows: Sequence[AnyRow]
) -> dict[tuple[str, str], Mapping[str, int]]:
    query = (
        select(_REVIEWS.c.patient, _REVIEWS.c.goal, *_COUNTED_REVIEWS)
        .where(asked.in_period, _REVIEWS.c.patient.in_(sorted({row.patient for row in rows})))
        .group_by(_REVIEWS.c.patient, _REVIEWS.c.goal)
    )
    found = connection.execute(query)
    return {(row.patient, row.goal): {name: getattr(row, name) for name in _NO_REVIEWS} for row in found}


def _read(row: AnyRow, state: GoalState, reviews: Mapping[str, int], patients: Mapping[str, int]) -> Json:
    return {
        **{name: row._mapping[name] for name in _AS_IT_IS},
        "framework": {"": "none", "smart,gas": "both"}.get(row.framework, row.framework),
        "clinician": row.clinician,
        "statement": state.statement,
        "wording": state.wording,
        "copies": max(0, patients.get(statement_hash(state.statement), 0) - 1),
        "measurable": row.measurable,
        **reviews,
        "next_review_on": row.next_review_on.isoformat() if row.next_review_on else None,
        "overdue": row.overdue,
    }
