"""What is looked at together in a talk: the sheets of one patient, those of all who have a review, and what went well.

A diary may be long, and a talk is about the last weeks. So no more than the last entries of each diary are read, by the
order in which they came in; what the whole diary comes to is in its goal's row.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import NamedTuple

from pydantic_core import to_json
from sqlalchemy import Connection, String, Text, and_, bindparam, literal_column, select

from events.errors import Rejected
from events.goal import GoalState
from events.goal.entries import ProgressEntry
from events.goal.facts import DiaryFacts
from events.identity import GoalId
from events.plan import PlanState
from projections.engine.key_lookup import GOAL, id_elements, narrowed
from projections.engine.paging import Json
from projections.engine.quarantine import GoalIsQuarantined
from projections.engine.statements import fetch
from projections.goal_state.diary import read_diary
from projections.goal_state.patient.record import PatientRecord
from projections.goal_state.patient.session import read_session, read_wins
from projections.goal_state.quarantined import IS_QUARANTINED, quarantined_of_patients, quarantined_of_rows
from projections.goal_state.stored_states import entry_columns, of_the_goal, read_entry, state_with_diary
from projections.goal_state.tables import tables

LAST_EVENTS = 100
"""The entries among so many last events of a goal are looked at for a talk: three months of a diary kept daily."""
_TABLES = tables()
_GOALS, _DOCUMENTS, _ENTRIES, _PLANS = (_TABLES[name] for name in ("goals", "documents", "entries", "plans"))


class _Row(NamedTuple):
    org: str
    patient: str
    goal: str
    version: int
    position: int
    recorded_at: datetime
    diary: str
    document: str
    is_quarantined: bool


def session(connection: Connection, org: str, patient: str, *, now: datetime, day: date | None = None) -> Json | None:
    """The sheets of a patient, as :func:`read_session` gives them; None when nothing is known of the patient.

    Args:
        day: The day to look from; today where the patient is treated when it is not given.

    Raises:
        GoalIsQuarantined: there is something of the patient, and nothing of it could be taken in.
    """
    record = _record(connection, org, patient)
    return None if record is None else _read(org, patient, record, now, day)


def sessions(
    connection: Connection, org: str, due: Mapping[str, Collection[str]], *, now: datetime, day: date | None = None
) -> list[Json]:
    """The sheets of several patients, in the order of their ids.

    Args:
        due: The patients, each with the goals for which there are to be sheets.
    """
    records = _records(connection, org, due)
    return [_read(org, patient, record, now, day, due[patient]) for patient, record in sorted(records.items())]


def wins(connection: Connection, org: str, patient: str, *, goal: str | None = None, limit: int) -> Json | None:
    """What went well lately, the newest first, of a goal and those that lead to it, or of all of a patient's goals;
    None when nothing is known of the patient.

    Raises:
        Rejected: `goal.unknown`, when there is no such goal.
        GoalIsQuarantined: there is something of the patient, and nothing of it could be taken in.
    """
    record = _record(connection, org, patient)
    if record is None:
        return None
    of = record.goal(goal) if goal is not None else None
    if goal is not None and of is None:
        raise Rejected("goal.unknown", f"There is no goal {GoalId(org, patient, goal)}.", version=0)
    return {"org": org, "patient": patient, "items": read_wins(record, of, limit)}


def _read(
    org: str,
    patient: str,
    record: PatientRecord,
    now: datetime,
    day: date | None,
    due: Collection[str] | None = None,
) -> Json:
    today = record.day(now)
    # A page that is printed for a later day tells of the week that there is.
    sheets = read_session(record, day or today, due, told_on=min(day or today, today))
    return {"org": org, "patient": patient, **sheets}


def _record(connection: Connection, org: str, patient: str) -> PatientRecord | None:
    record = _records(connection, org, [patient]).get(patient)
    if record is None:
        for goal_id, quarantined in quarantined_of_patients(connection, org, [patient]).items():
            raise GoalIsQuarantined(goal_id, quarantined)
    return record


def _records(connection: Connection, org: str, patients: Collection[str]) -> dict[str, PatientRecord]:
    """Plans and goals of some patients, with the last entries; who is not known is not there."""
    if not patients:
        return {}
    asked = {"org": org, "wanted": to_json([*patients]).decode()}
    rows = [row for row in map(_Row._make, fetch(connection, _OF_PATIENTS, asked)) if row.goal]
    entries = _last_entries(connection, asked)
    # Without their scores, of which no sheet says anything.
    plans = {patient: PlanState.model_validate_json(state) for patient, state in fetch(connection, _PLAN_STATES, asked)}
    quarantined = quarantined_of_rows(connection, rows)
    goals: dict[str, list[GoalState]] = defaultdict(list)
    facts: dict[str, dict[str, DiaryFacts]] = defaultdict(dict)
    behind: dict[str, dict[str, Json]] = defaultdict(dict)
    for row in sorted(rows):
        goal_id, diary = GoalId(*row[:3]), read_diary(row.diary)
        goals[row.patient].append(state_with_diary(row, diary, entries.get(goal_id, ())))
        facts[row.patient][row.goal] = diary.facts
        if goal_id in quarantined:
            behind[row.patient][row.goal] = quarantined[goal_id]
    return {
        each: PatientRecord(plans.get(each), tuple(goals[each]), behind[each], facts[each])
        for each in patients
        if each in plans or each in goals
    }


def _last_entries(connection: Connection, asked: Mapping[str, object]) -> Mapping[GoalId, list[ProgressEntry]]:
    found: dict[GoalId, list[ProgressEntry]] = defaultdict(list)
    for row in connection.execute(_LAST, asked):
        if row.version is None:
            continue  # a patient without a goal, or a goal without an entry
        found[GoalId(*row[: len(GOAL)])].append(read_entry(row))
    for entries in found.values():
        entries.sort(key=lambda entry: entry.version)
    return found


_KEYS = id_elements(bindparam("wanted", type_=Text)).table_valued("value", name="wanted")
# An outer join keeps its order. Of inner ones SQLite, while it has no statistics, would go through a table first.
_THEIR_GOALS = _KEYS.outerjoin(
    _GOALS, and_(_GOALS.c.org == bindparam("org", type_=String), _GOALS.c.patient == _KEYS.c.value)
)
_OF_PATIENTS = select(
    *(_GOALS.c[name] for name in _Row._fields[:-2]), _DOCUMENTS.c.document, IS_QUARANTINED
).select_from(_THEIR_GOALS.outerjoin(_DOCUMENTS, of_the_goal(_DOCUMENTS, _GOALS)))
_LAST = select(*entry_columns(_ENTRIES)).select_from(
    _THEIR_GOALS.outerjoin(
        _ENTRIES,
        and_(
            of_the_goal(_ENTRIES, _GOALS),
            _ENTRIES.c.version > _GOALS.c.version - literal_column(str(LAST_EVENTS)),
        ),
    )
)
_PLAN_STATES = select(_PLANS.c.patient, _PLANS.c.state).select_from(narrowed(_PLANS, "patient", id_elements))
