"""Evidence of good practice, goal by goal and in total: timely reviews, own words, measurability (S59)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, and_, case, func, select

from events.goal import GoalState
from events.identity import GoalId
from projections.engine.clinic_day import clinic_day
from projections.engine.paging import AnyRow, AnySelect, Json, read_page
from projections.engine.views import number
from projections.goal_state.copies import copies, other_patients
from projections.goal_state.filters import EvidenceFilter
from projections.goal_state.goal_columns import framework, goals_beside_plans, measurable
from projections.goal_state.projector import statement_hash
from projections.goal_state.quarantined import IS_QUARANTINED, quarantined_of_rows
from projections.goal_state.tables import tables

_TABLES = tables()
_GOALS, _PLANS, _REVIEWS = (_TABLES[name] for name in ("goals", "plans", "reviews"))
_EVERYTHING = EvidenceFilter()
_COUNTED_REVIEWS = (
    func.count().label("reviews"),
    func.sum(number(_REVIEWS.c.timely), type_=Integer).label("timely"),
    func.sum(number(_REVIEWS.c.with_patient), type_=Integer).label("with_patient"),
)
_NO_REVIEWS: Mapping[str, int] = {"reviews": 0, "timely": 0, "with_patient": 0}
_AS_IT_IS = ("org", "patient", "goal", "status", "outcome", "life_area", "own_words")


def evidence(
    connection: Connection,
    org: str,
    filters: EvidenceFilter = _EVERYTHING,
    *,
    now: datetime,
    limit: int = 100,
    cursor: str | None = None,
) -> Json:
    """The evidence for each goal that was not entered in error, by patient and goal: `items` and `next`.

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
    query = _of_goals(
        org,
        filters,
        *(_GOALS.c[name] for name in _AS_IT_IS),
        _GOALS.c.next_review_on,
        _GOALS.c.version,
        _GOALS.c.state,
        _PLANS.c.clinician,
        framework(_GOALS).label("framework"),
        measurable(_TABLES).label("measurable"),
        _overdue(connection, org, now).label("overdue"),
        IS_QUARANTINED,
    )

    def read(rows: Sequence[AnyRow]) -> list[Json]:
        reviews = _reviews_of(connection, org, filters, rows)
        states = [GoalState.model_validate_json(row.state) for row in rows]
        patients = copies(connection, org, (state.statement for state in states))
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


def evidence_in_total(
    connection: Connection, org: str, filters: EvidenceFilter = _EVERYTHING, *, now: datetime
) -> Json:
    """The evidence of all goals in total.

    Returns:
        How many goals there are (`goals`), and how many of them are `own_words`, `own_words_unknown`, `measurable`,
        `overdue` (their review is) or `quarantined`; how many `reviews` took place, and how many of these were
        `timely` or `with_patient`.
    """
    counted = {
        "own_words": _GOALS.c.own_words,
        "own_words_unknown": _GOALS.c.own_words.is_(None),
        "measurable": measurable(_TABLES),
        "overdue": _overdue(connection, org, now),
        "quarantined": IS_QUARANTINED.element,
    }
    numbers = (func.sum(number(condition), type_=Integer).label(name) for name, condition in counted.items())
    goals = connection.execute(_of_goals(org, filters, func.count().label("goals"), *numbers)).one()
    kept = _of_goals(org, filters, *(_GOALS.c[name] for name in GoalId._fields)).subquery("kept")
    of_these = and_(*(_REVIEWS.c[name] == kept.c[name] for name in GoalId._fields))
    in_period = _in_period(org, filters)
    reviews = connection.execute(
        select(*_COUNTED_REVIEWS).select_from(_REVIEWS.join(kept, of_these)).where(in_period)
    ).one()
    return {name: value or 0 for name, value in {**goals._mapping, **reviews._mapping}.items()}


def _of_goals(org: str, filters: EvidenceFilter, *columns: ColumnElement[Any]) -> AnySelect:  # Any: of several types
    """Columns of the goals that the export has, and of their plans."""
    query = select(*columns).select_from(goals_beside_plans(_TABLES))
    query = query.where(_GOALS.c.org == org, _GOALS.c.status != "entered_in_error")
    if filters.patient is not None:
        query = query.where(_GOALS.c.patient == filters.patient)
    if filters.clinician is not None:
        query = query.where(_PLANS.c.clinician == filters.clinician)
    return query


def _in_period(org: str, filters: EvidenceFilter) -> ColumnElement[bool]:
    """The condition that a review took place in the period that is asked about."""
    bounds = [_REVIEWS.c.org == org]
    if filters.since is not None:
        bounds.append(_REVIEWS.c.day >= filters.since)
    if filters.until is not None:
        bounds.append(_REVIEWS.c.day <= filters.until)
    return and_(*bounds)


def _overdue(connection: Connection, org: str, now: datetime) -> ColumnElement[bool]:
    late = _GOALS.c.next_review_on < clinic_day(connection, _PLANS, org, now)
    return case((late, True), else_=False)


def _reviews_of(
    connection: Connection, org: str, filters: EvidenceFilter, rows: Sequence[AnyRow]
) -> dict[tuple[str, str], Mapping[str, int]]:
    query = (
        select(_REVIEWS.c.patient, _REVIEWS.c.goal, *_COUNTED_REVIEWS)
        .where(_in_period(org, filters), _REVIEWS.c.patient.in_(sorted({row.patient for row in rows})))
        .group_by(_REVIEWS.c.patient, _REVIEWS.c.goal)
    )
    found = connection.execute(query)
    return {(row.patient, row.goal): {name: getattr(row, name) for name in _NO_REVIEWS} for row in found}


def _read(row: AnyRow, state: GoalState, reviews: Mapping[str, int], patients: Mapping[str, int]) -> Json:
    return {
        **{name: row._mapping[name] for name in _AS_IT_IS},
        "framework": row.framework,
        "clinician": row.clinician,
        "statement": state.statement,
        "wording": state.wording,
        "copies": other_patients(patients.get(statement_hash(state.statement))),
        "measurable": row.measurable,
        **reviews,
        "next_review_on": row.next_review_on.isoformat() if row.next_review_on else None,
        "overdue": row.overdue,
    }
