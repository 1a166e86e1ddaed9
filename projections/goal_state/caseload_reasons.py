"""Why a patient of a caseload asks for attention, goal by goal, and which of these reasons is the most pressing."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, tzinfo
from typing import Any, Literal, NamedTuple, get_args

from sqlalchemy import ColumnElement, Connection, FromClause, case, select

from events.goal.flags import SILENT_AFTER
from events.goal.state import OPEN
from projections.engine.paging import AnyRow, Json
from projections.goal_state.diary import read_diary
from projections.goal_state.tables import tables

Need = Literal[
    "setback",
    "review_overdue",
    "motivation_dip",
    "waiting_for_clinician",
    "review_due",
    "no_entry",
    "waiting_for_patient",
]
"""Why a goal asks for attention, the most pressing first."""
NEEDS: tuple[Need, ...] = get_args(Need)

_GOALS, _WAITING = tables()["goals"], tables()["waiting"]
_READ = (
    "patient",
    "goal",
    "next_review_on",
    "raise_at_next_session",
    "last_entry_on",
    "worked_since",
    "diary",
    "statement",
    "wording",
)


def need(rows: FromClause) -> ColumnElement[int]:
    """The place in :data:`NEEDS` of a patient's most pressing reason; behind all of them without any.

    Args:
        rows: Of a caseload (`projections.goal_state.caseload_rows`), with the column `silent` beside.
    """
    counted: Mapping[Need, ColumnElement[Any]] = {  # Any: whole numbers, which SQL adds up in several types
        "setback": rows.c.setbacks_since_review,
        "review_overdue": rows.c.overdue,
        "motivation_dip": rows.c.raise_at_next_session,
        "waiting_for_clinician": rows.c.waiting_for_clinician,
        "review_due": rows.c.due,
        "no_entry": rows.c.silent,
        "waiting_for_patient": rows.c.waiting_for_patient,
    }
    return case(*((counted[each] > 0, place) for place, each in enumerate(NEEDS)), else_=len(NEEDS))


class Looked(NamedTuple):
    """From where a patient is looked at: the day, and the time zone in which the patient is treated."""

    day: date
    zone: tzinfo


def reasons(connection: Connection, org: str, patients: Mapping[str, Looked]) -> Mapping[str, list[Json]]:
    """Why some patients ask for attention, by patient, the most pressing and longest standing reason first.

    A reason has `why` (one of :data:`NEEDS`), `goal`, its `statement` and `wording`, `since` (the day of the first
    setback or dip, on which the review is due, from which a word is awaited, or since which nothing was entered; null
    where nobody knows), and `awaited`, what is waited for, else null.
    """
    found: dict[str, list[_Reason]] = defaultdict(list)
    for row, why, since, awaited in _of_goals(connection, org, patients):
        place = NEEDS.index(why)
        found[row.patient].append(
            _Reason(place, since or date.min, row.goal, awaited or "", row.statement, row.wording)
        )
    return {patient: [_read(each) for each in sorted(its)] for patient, its in found.items()}


class _Reason(NamedTuple):
    """In the order in which reasons are told."""

    place: int
    since: date
    goal: str
    awaited: str
    statement: str
    wording: str | None


def _read(reason: _Reason) -> Json:
    return {
        "why": NEEDS[reason.place],
        "goal": reason.goal,
        "statement": reason.statement,
        "wording": reason.wording,
        "since": None if reason.since == date.min else reason.since.isoformat(),
        "awaited": reason.awaited or None,
    }


_Found = tuple[AnyRow, Need, date | None, str | None]


def _of_goals(connection: Connection, org: str, patients: Mapping[str, Looked]) -> Iterator[_Found]:
    some = sorted(patients)
    awaited: dict[tuple[str, str], list[AnyRow]] = defaultdict(list)
    for row in connection.execute(select(_WAITING).where(_WAITING.c.org == org, _WAITING.c.patient.in_(some))):
        awaited[row.patient, row.goal].append(row)
    is_open = _GOALS.c.status.in_(sorted(OPEN))
    goals = select(*(_GOALS.c[name] for name in _READ)).where(_GOALS.c.org == org, _GOALS.c.patient.in_(some), is_open)
    for goal in connection.execute(goals):
        looked = patients[goal.patient]
        for why, since in _of_goal(goal, looked.day):
            yield goal, why, since, None
        for row in awaited[goal.patient, goal.goal]:
            whose: Need = "waiting_for_clinician" if row.role == "clinician" else "waiting_for_patient"
            yield goal, whose, row.since.astimezone(looked.zone).date(), row.awaited


def _of_goal(goal: AnyRow, today: date) -> Iterator[tuple[Need, date | None]]:
    diary = read_diary(goal.diary)
    if diary.setbacks:
        yield "setback", min(diary.setbacks)
    if goal.next_review_on is not None and goal.next_review_on <= today:
        yield "review_overdue" if goal.next_review_on < today else "review_due", goal.next_review_on
    if goal.raise_at_next_session:
        yield "motivation_dip", diary.raised_on
    if goal.worked_since is not None:
        since: date = max(filter(None, (goal.last_entry_on, goal.worked_since)))
        if today - since >= SILENT_AFTER:
            yield "no_entry", since
