"""What every goal and plan is now, for whoever shows it."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from pydantic_core import to_json
from sqlalchemy import Boolean, ColumnElement, Connection, and_, bindparam, literal_column, select, tuple_

from events.flag import Audience
from events.identity import PLAN, GoalId
from events.time_zones import UTC_ZONE
from projections.engine.clinic_day import clinic_days, day_parameters, parameter_of_day
from projections.engine.paging import AnySelect, Json, Place, paged_rows, without_index
from projections.engine.quarantine import GoalIsQuarantined, quarantined_goals, refuse_if_quarantined
from projections.engine.statements import fetch
from projections.goal_state.diary import read_diary
from projections.goal_state.filters import GoalFilter
from projections.goal_state.patient.plan import read_plan_with_goals
from projections.goal_state.patient.record import PatientRecord
from projections.goal_state.projector import searchable
from projections.goal_state.quarantined import quarantined_of_patients, quarantined_of_rows
from projections.goal_state.served_goals import GoalRow, Looking, goals_to_serve, served_goal, served_goals
from projections.goal_state.stored_states import (
    diaries_of_patient,
    plan_of,
    state_with_diary,
)
from projections.goal_state.tables import tables

_NAME = "goal_state"
_TABLES = tables()
_GOALS, _PLANS = (_TABLES[name] for name in ("goals", "plans"))
_THEIR_PLANS = _PLANS.alias("their_plans")
_EVERY_GOAL = GoalFilter()
_GOALS_TO_SERVE = goals_to_serve()
_OF_PATIENT = _GOALS_TO_SERVE.where(_GOALS.c.org == bindparam("org"), _GOALS.c.patient == bindparam("patient"))


class GoalsPage(NamedTuple):
    """A page of goals.

    Attributes:
        json: `items` and `next`, as they are served.
        patients: Whose goals are on it.
    """

    json: bytes
    patients: frozenset[str]


def goal(connection: Connection, goal_id: GoalId, looking: Looking) -> bytes | None:
    """One goal as it is now, as the JSON of :func:`events.goal.reading.read_goal`; None when there is none.

    Raises:
        GoalIsQuarantined: there is one, and nothing of it could be taken in.
    """
    found = served_goal(connection, goal_id, looking)
    if found is None:
        refuse_if_quarantined(connection, _NAME, goal_id)
        return None
    return found.encode()


def plan(connection: Connection, org: str, patient: str, *, now: datetime, audience: Audience = "staff") -> Json | None:
    """A patient's plan as it is now, as :func:`read_plan_with_goals` gives it; None when there is none.

    Raises:
        GoalIsQuarantined: there is one, and nothing of it could be taken in.
    """
    found = _record(connection, GoalId(org, patient, PLAN), with_diaries=False)
    if found.plan is None:
        refuse_if_quarantined(connection, _NAME, GoalId(org, patient, PLAN))
        return None
    return read_plan_with_goals(found.plan, found, at=now, audience=audience)


def record(
    connection: Connection, org: str, patient: str, *, with_diaries: bool, since: date | None = None
) -> PatientRecord:
    """A patient's plan and goals as they are now.

    Args:
        with_diaries: Whether the goals have their entries; without, a goal's :meth:`PatientRecord.diary` still tells
            what these come to.
        since: Of the entries, only those about this day and later ones.

    Raises:
        GoalIsQuarantined: there is something of the patient, and nothing of it could be taken in.
    """
    found = _record(connection, GoalId(org, patient, PLAN), with_diaries=with_diaries, since=since)
    if found.is_empty:
        for goal_id, quarantined in quarantined_of_patients(connection, org, [patient]).items():
            raise GoalIsQuarantined(goal_id, quarantined)
    return found


def _record(connection: Connection, plan_id: GoalId, *, with_diaries: bool, since: date | None = None) -> PatientRecord:
    found = map(GoalRow._make, fetch(connection, _OF_PATIENT, plan_id._asdict()))
    rows = {GoalId(row.org, row.patient, row.goal): row for row in found}
    entries = diaries_of_patient(connection, _TABLES, plan_id, since) if with_diaries else {}
    plan = plan_of(connection, _TABLES, plan_id)
    known = {goal_id: read_diary(row.diary) for goal_id, row in rows.items()}
    goals = (state_with_diary(row, known[goal_id], entries.get(goal_id, ())) for goal_id, row in sorted(rows.items()))
    quarantined = {goal_id.goal: at for goal_id, at in quarantined_of_rows(connection, rows.values()).items()}
    if plan is not None and (behind := quarantined_goals(connection, _NAME, [plan_id]).get(plan_id)):
        quarantined[PLAN] = behind.at(plan.version)
    facts = {goal_id.goal: diary.facts for goal_id, diary in known.items()}
    return PatientRecord(plan, tuple(goals), quarantined, facts)


def goals(
    connection: Connection,
    org: str,
    filters: GoalFilter = _EVERY_GOAL,
    *,
    looking: Looking,
    patient: str | None = None,
    limit: int = 100,
    cursor: str | None = None,
) -> GoalsPage:
    """The goals of an organisation, or of one patient, in the order of patient and goal: `items` and `next`.

    Args:
        looking: Flags depend on the instant of looking, and so does today in each plan's time zone.
        patient: Only this patient's goals.
        limit: The most goals on a page.
        cursor: `next` of the page before.

    Raises:
        BadCursor: when the cursor is not from this list.
    """
    days = None
    if filters.overdue is not None:
        days = {UTC_ZONE: filters.day} if filters.day else clinic_days(connection, _PLANS, org, looking.now)
    words = searchable(filters.text or "").split()
    one_value = {"status": filters.status, "clinician": filters.clinician, "patient": patient}
    given = {name: value for name, value in one_value.items() if value is not None}
    shape = _Shape(tuple(given), filters.overdue, tuple(sorted(days or ())), filters.raise_at_next_session, len(words))
    asked = {
        "org": org,
        **given,
        **(day_parameters(days) if days else {}),
        **{_word(number): _containing(word) for number, word in enumerate(words)},
    }

    def fetch_rows(last: Place | None, most: int) -> Sequence[GoalRow]:
        after = {} if last is None else dict(zip(_AFTER, last, strict=True))
        found = fetch(connection, _goals(shape, after=bool(after)), {**asked, **after, "most": most})
        return [GoalRow._make(row) for row in found]

    rows, following = paged_rows(
        fetch_rows, of="goals", kinds=(str, str), key=lambda row: (row.patient, row.goal), limit=limit, cursor=cursor
    )
    items = ",".join(served_goals(connection, rows, looking))
    text = f'{{"items":[{items}],"next":{to_json(following).decode()}}}'
    return GoalsPage(text.encode(), frozenset(row.patient for row in rows))


class _Shape(NamedTuple):
    """What decides about the text of the query of a list.

    Attributes:
        given: The filters that are given, of those that name one value.
        zones: The time zones whose days are told apart, where days are compared.
        words: How many words are looked for.
    """

    given: tuple[str, ...]
    overdue: bool | None
    zones: tuple[str, ...]
    raised: bool | None
    words: int


_ESCAPE = "/"
_OF_CLINICIAN = select(_THEIR_PLANS.c.patient).where(
    _THEIR_PLANS.c.org == bindparam("org"), _THEIR_PLANS.c.clinician == bindparam("clinician")
)
_AFTER = ("after_patient", "after_goal")
# As the index of such goals has it: SQLite takes an index of a condition only for the very same condition.
_IS_RAISED: ColumnElement[bool] = literal_column(f"{_GOALS.name}.raise_at_next_session", type_=Boolean)


# Putting a query together takes longer than to answer it.
@lru_cache(maxsize=256)
def _goals(shape: _Shape, *, after: bool) -> AnySelect:
    query = _GOALS_TO_SERVE.where(_GOALS.c.org == bindparam("org"))
    for name in ("patient", "status"):
        if name in shape.given:
            query = query.where(_GOALS.c[name] == bindparam(name))
    if "clinician" in shape.given:
        query = query.where(_GOALS.c.patient.in_(_OF_CLINICIAN))
    if shape.overdue is not None:
        today = parameter_of_day(_PLANS, shape.zones)
        late: ColumnElement[bool] = and_(_GOALS.c.next_review_on.is_not(None), _GOALS.c.next_review_on < today)
        query = query.where(late if shape.overdue else ~late)
    if shape.raised is not None:
        query = query.where(_IS_RAISED if shape.raised else _GOALS.c.raise_at_next_session.is_(False))
    for number in range(shape.words):
        query = query.where(_GOALS.c.search.like(bindparam(_word(number)), escape=_ESCAPE))
    # Those of a clinician are few, and found by their patients.
    patient = without_index(_GOALS.c.patient) if "clinician" in shape.given else _GOALS.c.patient
    order = (patient, _GOALS.c.goal)
    if after:
        query = query.where(tuple_(*order) > tuple_(*map(bindparam, _AFTER)))
    return query.order_by(*order).limit(bindparam("most"))


def _word(number: int) -> str:
    return f"word_{number}"


def _containing(word: str) -> str:
    """What LIKE compares with to find a word anywhere in a text."""
    for special in (_ESCAPE, "%", "_"):
        word = word.replace(special, _ESCAPE + special)
    return f"%{word}%"
