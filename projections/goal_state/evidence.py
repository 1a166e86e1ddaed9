"""Evidence of good practice, goal by goal and in total: reviews, own words, measurability (S59)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Subquery, case, func, select

from events.goal.review_evidence import ExpectedReview
from events.identity import GoalId
from projections.engine.clinic_day import clinic_day
from projections.engine.paging import AnyRow, AnySelect, Json, read_page
from projections.engine.views import number
from projections.goal_state.copies import copies, other_patients
from projections.goal_state.filters import EvidenceFilter
from projections.goal_state.goal_columns import framework, goals_beside_plans, measurable
from projections.goal_state.quarantined import IS_QUARANTINED, quarantined_of_rows
from projections.goal_state.review_counts import ReviewCounts, counted, read_review, within
from projections.goal_state.reviews_of_goals import reviews_of_goals
from projections.goal_state.tables import tables

_TABLES = tables()
_GOALS, _PLANS = _TABLES["goals"], _TABLES["plans"]
_THEIR_PLANS = _PLANS.alias("their_plans")
_EVERYTHING = EvidenceFilter()
_ID = tuple(_GOALS.c[name] for name in GoalId._fields)
MOST_PATIENTS_TOLD_BY_A_TOTAL = 10
"""A number that is about so few may be told apart (the size below which US federal health statistics are withheld)."""
_AS_IT_IS = (
    *("org", "patient", "goal", "status", "outcome", "life_area", "own_words"),
    *("patient_agreement_entered_by", "statement", "wording"),
)


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
    `patient_agreement_entered_by` (who entered the patient's agreement; null where the patient did, or has not agreed),
    `copies` (other patients with the same text), `measurable` (nothing is missing in the definition), the counts of
    :class:`~projections.goal_state.review_counts.ReviewCounts`, `expected_reviews` (each as
    :func:`~projections.goal_state.review_counts.read_review` gives it), `next_review_on`, `overdue` (whether that day
    has passed), and `quarantined` as in :func:`events.goal.reading.read_goal`.

    Args:
        now: Tells today's date in each plan's time zone; reviews are expected before.

    Raises:
        BadCursor: when the cursor is not from this list.
    """
    query = _of_goals(
        org,
        filters,
        *(_GOALS.c[name] for name in _AS_IT_IS),
        _GOALS.c.next_review_on,
        _GOALS.c.version,
        _GOALS.c.statement_hash,
        _PLANS.c.clinician,
        framework(_GOALS).label("framework"),
        measurable(_TABLES).label("measurable"),
        _overdue(connection, org, now).label("overdue"),
        IS_QUARANTINED,
    )

    def read(rows: Sequence[AnyRow]) -> list[Json]:
        some = _GOALS.c.patient.in_(sorted({row.patient for row in rows}))
        of_the_page = select(*_ID).where(_GOALS.c.org == org, some).subquery("of_the_page")
        reviews = dict(_reviews(connection, of_the_page, filters, now)) if rows else {}
        patients = copies(connection, org, {row.statement_hash for row in rows})
        quarantined = quarantined_of_rows(connection, rows)
        return [
            {
                **_read(row, reviews.get(goal_id, ()), patients),
                "quarantined": quarantined.get(goal_id),
            }
            for row in rows
            for goal_id in (GoalId(row.org, row.patient, row.goal),)
        ]

    order = (_GOALS.c.patient, _GOALS.c.goal)
    return read_page(connection, query, of="evidence", order=order, read=read, limit=limit, cursor=cursor)


def evidence_in_total(
    connection: Connection, org: str, filters: EvidenceFilter = _EVERYTHING, *, now: datetime
) -> Json:
    """The evidence of all goals in total.

    Returns:
        How many goals there are (`goals`), and how many of them are `own_words`, `own_words_unknown`, `measurable`,
        `overdue` (their review is), `quarantined`, or have an agreement of the patient that somebody else entered
        (`agreements_entered`); and the counts of
        :class:`~projections.goal_state.review_counts.ReviewCounts`.
    """
    conditions = {
        "own_words": _GOALS.c.own_words,
        "own_words_unknown": _GOALS.c.own_words.is_(None),
        "agreements_entered": _GOALS.c.patient_agreement_entered_by.is_not(None),
        "measurable": measurable(_TABLES),
        "overdue": _overdue(connection, org, now),
        "quarantined": IS_QUARANTINED.element,
    }
    numbers = (func.sum(number(condition), type_=Integer).label(name) for name, condition in conditions.items())
    goals = connection.execute(_of_goals(org, filters, func.count().label("goals"), *numbers)).one()
    every_goal = _of_goals(org, filters, *_ID).subquery("every_goal")
    reviews = ReviewCounts()
    for _, expected in _reviews(connection, every_goal, filters, now):
        reviews = reviews.plus(counted(expected))
    return {**{name: value or 0 for name, value in goals._mapping.items()}, **reviews._asdict()}


def patients_if_few(connection: Connection, org: str, filters: EvidenceFilter = _EVERYTHING) -> set[str]:
    """The patients whose goals are in the totals, where they are so few that a total tells something about each.

    Of :data:`MOST_PATIENTS_TOLD_BY_A_TOTAL` at most; of more, nobody.
    """
    most = MOST_PATIENTS_TOLD_BY_A_TOTAL
    patients = set(connection.scalars(_of_goals(org, filters, _GOALS.c.patient).distinct().limit(most + 1)))
    return patients if len(patients) <= most else set()


def _of_goals(org: str, filters: EvidenceFilter, *columns: ColumnElement[Any]) -> AnySelect:  # Any: of several types
    """Columns of the goals that the export has, and of their plans."""
    query = select(*columns).select_from(goals_beside_plans(_TABLES))
    query = query.where(_GOALS.c.org == org, _GOALS.c.status != "entered_in_error")
    if filters.patient is not None:
        query = query.where(_GOALS.c.patient == filters.patient)
    if filters.clinician is not None:
        of_clinician = select(_THEIR_PLANS.c.patient).where(
            _THEIR_PLANS.c.org == org, _THEIR_PLANS.c.clinician == filters.clinician
        )
        query = query.where(_GOALS.c.patient.in_(of_clinician))
    return query


def _reviews(
    connection: Connection, goals: Subquery, filters: EvidenceFilter, now: datetime
) -> Iterator[tuple[GoalId, Sequence[ExpectedReview]]]:
    """The reviews of some goals within the period that is asked about."""
    for goal_id, expected in reviews_of_goals(connection, goals, now):
        yield goal_id, within(expected, filters.since, filters.until)


def _overdue(connection: Connection, org: str, now: datetime) -> ColumnElement[bool]:
    late = _GOALS.c.next_review_on < clinic_day(connection, _PLANS, org, now)
    return case((late, True), else_=False)


def _read(row: AnyRow, reviews: Sequence[ExpectedReview], patients: Mapping[str, int]) -> Json:
    return {
        **{name: row._mapping[name] for name in _AS_IT_IS},
        "framework": row.framework,
        "clinician": row.clinician,
        "copies": other_patients(patients.get(row.statement_hash)),
        "measurable": row.measurable,
        **counted(reviews)._asdict(),
        "expected_reviews": [read_review(each) for each in reviews],
        "next_review_on": row.next_review_on.isoformat() if row.next_review_on else None,
        "overdue": row.overdue,
    }
