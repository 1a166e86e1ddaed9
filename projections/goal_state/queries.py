"""What every goal and plan is now, for whoever shows it."""

from datetime import datetime
from typing import NamedTuple

from pydantic_core import to_json
from sqlalchemy import ColumnElement, Connection, and_, bindparam, select

from events.flag import Audience
from events.identity import PLAN, GoalId
from projections.engine.clinic_day import clinic_day
from projections.engine.paging import AnyRow, Json, page_rows
from projections.engine.quarantine import GoalIsQuarantined, quarantined_goals, refuse_if_quarantined
from projections.goal_state.diary import read_diary
from projections.goal_state.filters import GoalFilter
from projections.goal_state.patient.plan import read_plan_with_goals
from projections.goal_state.patient.record import PatientRecord
from projections.goal_state.projector import searchable
from projections.goal_state.quarantined import IS_QUARANTINED, quarantined_of_patients, quarantined_of_rows
from projections.goal_state.served_goals import Looking, goals_to_serve, served_goal, served_goals
from projections.goal_state.stored_states import diaries, entry_columns, plans, read_entry, state_with_diary
from projections.goal_state.tables import tables

_NAME = "goal_state"
_TABLES = tables()
_GOALS, _PLANS, _ENTRIES = (_TABLES[name] for name in ("goals", "plans", "entries"))
_EVERY_GOAL = GoalFilter()
_GOALS_TO_SERVE = goals_to_serve()
_ENTRIES_TO_READ = select(*entry_columns(_ENTRIES))
_OF_PATIENT = _GOALS_TO_SERVE.where(_GOALS.c.org == bindparam("org"), _GOALS.c.patient == bindparam("patient"))
_ITSELF = select(*(_GOALS.c[name] for name in (*GoalId._fields, "version")), IS_QUARANTINED).where(
    *(_GOALS.c[name] == bindparam(name) for name in GoalId._fields)
)


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


def record(connection: Connection, org: str, patient: str, *, with_diaries: bool) -> PatientRecord:
    """A patient's plan and goals as they are now.

    Args:
        with_diaries: Whether the goals have their entries; without, a goal's :meth:`PatientRecord.diary` still tells
            what these come to.

    Raises:
        GoalIsQuarantined: there is something of the patient, and nothing of it could be taken in.
    """
    found = _record(connection, GoalId(org, patient, PLAN), with_diaries=with_diaries)
    if found.is_empty:
        for goal_id, quarantined in quarantined_of_patients(connection, org, [patient]).items():
            raise GoalIsQuarantined(goal_id, quarantined)
    return found


def _record(connection: Connection, plan_id: GoalId, *, with_diaries: bool) -> PatientRecord:
    rows = {_id_of(row): row for row in connection.execute(_OF_PATIENT, plan_id._asdict())}
    entries = diaries(connection, _TABLES, rows) if with_diaries else {}
    plan = plans(connection, _TABLES, [plan_id]).get(plan_id)
    goals = (state_with_diary(row, entries.get(goal_id, ())) for goal_id, row in sorted(rows.items()))
    quarantined = {goal_id.goal: at for goal_id, at in quarantined_of_rows(connection, rows.values()).items()}
    if plan is not None and (found := quarantined_goals(connection, _NAME, [plan_id]).get(plan_id)):
        quarantined[PLAN] = found.at(plan.version)
    facts = {row.goal: read_diary(row.diary).facts for row in rows.values()}
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
    query = _GOALS_TO_SERVE.where(_GOALS.c.org == org)
    if patient is not None:
        query = query.where(_GOALS.c.patient == patient)
    if filters.status is not None:
        query = query.where(_GOALS.c.status == filters.status)
    if filters.clinician is not None:
        query = query.where(_PLANS.c.clinician == filters.clinician)
    if filters.overdue is not None:
        today = filters.day or clinic_day(connection, _PLANS, org, looking.now)
        late: ColumnElement[bool] = and_(_GOALS.c.next_review_on.is_not(None), _GOALS.c.next_review_on < today)
        query = query.where(late if filters.overdue else ~late)
    if filters.raise_at_next_session is not None:
        query = query.where(_GOALS.c.raise_at_next_session.is_(filters.raise_at_next_session))
    for word in searchable(filters.text or "").split():
        query = query.where(_GOALS.c.search.contains(word, autoescape=True))
    order = (_GOALS.c.patient, _GOALS.c.goal)
    rows, following = page_rows(connection, query, of="goals", order=order, limit=limit, cursor=cursor)
    items = ",".join(served_goals(connection, rows, looking))
    text = f'{{"items":[{items}],"next":{to_json(following).decode()}}}'
    return GoalsPage(text.encode(), frozenset(row.patient for row in rows))


def entries(
    connection: Connection, goal_id: GoalId, *, newest_first: bool = False, limit: int = 100, cursor: str | None = None
) -> Json | None:
    """The diary of a goal as it is now, in the order in which its entries came in: `items` and `next`; None when there
    is no such goal.

    An item is an entry as :class:`events.goal.state.ProgressEntry` has it. `quarantined` is as in
    :func:`events.goal.reading.read_goal`.

    Raises:
        BadCursor: when the cursor is not from this list.
        GoalIsQuarantined: there is such a goal, and nothing of it could be taken in.
    """
    row = connection.execute(_ITSELF, goal_id._asdict()).one_or_none()
    if row is None:
        refuse_if_quarantined(connection, _NAME, goal_id)
        return None
    rows, following = page_rows(
        connection,
        _ENTRIES_TO_READ.where(*(_ENTRIES.c[name] == token for name, token in goal_id._asdict().items())),
        of="entries",
        order=(_ENTRIES.c.version,),
        limit=limit,
        cursor=cursor,
        descending=newest_first,
    )
    quarantined = quarantined_of_rows(connection, [row]).get(goal_id)
    return {"items": [read_entry(each) for each in rows], "next": following, "quarantined": quarantined}


def _id_of(row: AnyRow) -> GoalId:
    return GoalId(row.org, row.patient, row.goal)
