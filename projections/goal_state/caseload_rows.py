"""The rows of a caseload: what a patient's open goals, and what is waited for, add up to beside the plan.

They are added up whenever something of a patient changes, so that a page of a caseload is read in the order of an
index. What depends on the day is told by a few of their columns (`projections.goal_state.caseload`).
"""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, NamedTuple, get_args

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    FromClause,
    Subquery,
    Table,
    and_,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.sql import Executable

from events.goal.flags import SILENT_AFTER
from events.goal.state import OPEN
from events.identity import GoalId
from events.vocabulary import Status
from projections.engine.days import days_later
from projections.engine.json_columns import as_text, json_array, json_object, listed
from projections.engine.key_lookup import PATIENT, wanted, wanted_keys
from projections.engine.paging import AnySelect
from projections.engine.plan_join import of_the_patient
from projections.engine.projection import Tables
from projections.engine.rows import insert_of
from projections.engine.statements import execute, execute_many
from projections.goal_state.caseload_needs import NEEDS, NO_NEED, NO_REVIEW, OVER, Need


class AskingGoal(NamedTuple):
    """All of an open goal that may ask for attention, in the column `goals`; days and instants are in ISO 8601.

    Attributes:
        told: `goal`, `statement` and `wording`, as a JSON object without its first character.
        diary: Where it has setbacks that no review has looked at, or a dip (`projections.goal_state.diary`).
    """

    goal: str
    told: str
    next_review_on: str | None
    worked_since: str | None
    last_entry_on: str | None
    diary: str | None


class AwaitedWord(NamedTuple):
    """A word that is awaited, in the column `awaited`."""

    goal: str
    role: str
    awaited: str
    since: str


_NOT_OPEN = sorted(frozenset(get_args(Status)) - OPEN)


def add_up(connection: Connection, tables: Tables, patients: Collection[GoalId] | None) -> None:
    """Write the rows of some patients, by their plans, or those of everybody: see :class:`Projection`."""
    of, dialect = _of(tables), connection.dialect.name
    if patients is None:
        execute(connection, _of_everybody(dialect, *of), {})
    elif dialect == "postgresql":
        execute(connection, _of_some(dialect, *of), wanted(sorted(patients), PATIENT))
    else:
        # SQLite takes a third of the time where it has nothing to sort; and there is no way to it.
        execute_many(
            connection, _of_one(dialect, *of), [{"org": each.org, "patient": each.patient} for each in patients]
        )


def is_open(goals: Table) -> ColumnElement[bool]:
    """The condition that a goal is neither closed nor entered in error, which leads to no index of states."""
    return and_(*(goals.c.status != literal_column(f"'{status}'") for status in _NOT_OPEN))


def _of(tables: Tables) -> tuple[Table, Table, Table, Table]:
    return tables["caseload"], tables["goals"], tables["plans"], tables["waiting"]


@cache
def _of_everybody(dialect: str, caseload: Table, goals: Table, plans: Table, waiting: Table) -> Executable:
    with_goals = select(goals.c.org, goals.c.patient)
    everybody = select(plans.c.org, plans.c.patient).union(with_goals).subquery("patients")
    return _written(dialect, caseload, _rows(_Of(everybody), goals, plans, waiting))


@cache
def _of_some(dialect: str, caseload: Table, goals: Table, plans: Table, waiting: Table) -> Executable:
    return _written(dialect, caseload, _rows(_Of(wanted_keys(PATIENT)), goals, plans, waiting))


@cache
def _of_one(dialect: str, caseload: Table, goals: Table, plans: Table, waiting: Table) -> Executable:
    return _written(dialect, caseload, _rows(_Of(None), goals, plans, waiting))


def _written(dialect: str, caseload: Table, rows: AnySelect) -> Executable:
    names = [column.name for column in rows.selected_columns]
    written = insert_of(dialect, caseload).from_select(names, rows)
    others = {column.name: written.excluded[column.name] for column in caseload.columns if not column.primary_key}
    return written.on_conflict_do_update(index_elements=list(caseload.primary_key), set_=others)


class _Of:
    """Whose rows are added up.

    Args:
        patients: Their `org` and `patient`, each of them once; None for one patient, whom parameters name.
    """

    def __init__(self, patients: FromClause | None):
        self._patients = patients

    def add_up(self, rows: Table, sums: Sequence[ColumnElement[Any]], name: str) -> Subquery:  # Any: of several types
        """What the rows of a table come to, for each patient, with `org` and `patient`."""
        patients = self._patients
        if patients is not None:
            key = (patients.c.org, patients.c.patient)
            joined = patients.outerjoin(rows, of_the_patient(rows, patients))
            return select(*key, *sums).select_from(joined).group_by(*key).subquery(name)
        one = [bindparam(column, type_=rows.c[column].type) for column in PATIENT]
        its_own = (rows.c[column] == value for column, value in zip(PATIENT, one, strict=True))
        named = (value.label(column) for column, value in zip(PATIENT, one, strict=True))
        return select(*named, *sums).select_from(rows).where(*its_own).subquery(name)


def _rows(of: _Of, goals: Table, plans: Table, waiting: Table) -> AnySelect:
    open_ = is_open(goals)
    since = case((goals.c.last_entry_on > goals.c.worked_since, goals.c.last_entry_on), else_=goals.c.worked_since)
    of_goals = of.add_up(
        goals,
        [
            _how_many(open_).label("open_goals"),
            _how_many(goals.c.status == literal_column("'active'")).label("active_goals"),
            func.coalesce(func.sum(case((open_, goals.c.setbacks))), 0).label("setbacks_since_review"),
            _how_many(and_(open_, goals.c.raise_at_next_session)).label("raise_at_next_session"),
            func.min(case((open_, goals.c.next_review_on))).label("next_review_on"),
            func.max(case((open_, goals.c.last_entry_on))).label("last_entry_on"),
            func.min(case((open_, since))).label("silent_since"),
            func.max(case((open_, since))).label("quiet_since"),
            days_later(func.max(case((open_, since))), literal_column(str(SILENT_AFTER.days))).label("silent_from"),
            func.count(case((open_, goals.c.patient_agreement_entered_by))).label("agreements_entered"),
            listed(_asking(goals), open_).label("goals"),
        ],
        "of_goals",
    )
    word = json_array(*(waiting.c[name] for name in AwaitedWord._fields))
    of_waiting = of.add_up(
        waiting,
        [
            _how_many(waiting.c.role == "patient").label("waiting_for_patient"),
            _how_many(waiting.c.role == "clinician").label("waiting_for_clinician"),
            func.min(case((waiting.c.role == "clinician", waiting.c.since))).label("waiting_since"),
            listed(word, waiting.c.org.is_not(None)).label("awaited"),
        ],
        "of_waiting",
    )
    in_treatment = or_(func.coalesce(plans.c.status, "") == "open", of_goals.c.open_goals > 0)
    counted: tuple[tuple[Need, ColumnElement[Any]], ...] = (  # Any: whole numbers of several types
        ("setback", of_goals.c.setbacks_since_review),
        ("motivation_dip", of_goals.c.raise_at_next_session),
        ("waiting_for_clinician", of_waiting.c.waiting_for_clinician),
        ("waiting_for_patient", of_waiting.c.waiting_for_patient),
    )
    need = case((~in_treatment, OVER), *((number > 0, NEEDS.index(each)) for each, number in counted), else_=NO_NEED)
    told = {
        "need": need,
        "next_review_on": func.coalesce(of_goals.c.next_review_on, literal(NO_REVIEW, Date)),
        "earliest_review_on": of_goals.c.next_review_on,
        "clinician": plans.c.clinician,
        "setting": plans.c.setting,
        "plan_status": plans.c.status,
        "time_zone": plans.c.time_zone,
    }
    as_it_is = (column for column in of_goals.c if column.name not in told)
    awaited = (column for column in of_waiting.c if column.name not in PATIENT)
    return (
        select(*as_it_is, *awaited, *(column.label(name) for name, column in told.items()))
        .select_from(
            of_goals.join(of_waiting, of_the_patient(of_waiting, of_goals)).outerjoin(
                plans, of_the_patient(plans, of_goals)
            )
        )
        # SQLite takes what follows for the condition of the join otherwise.
        .where(true())
    )


def _asking(goals: Table) -> ColumnElement[Any]:  # Any: JSON
    """The values of an :class:`AskingGoal`."""
    raised = or_(goals.c.setbacks > literal_column("0"), goals.c.raise_at_next_session)
    words: list[ColumnElement[Any]] = []
    for name in ("goal", "statement", "wording"):
        words += (literal_column(f"'{name}'"), goals.c[name])
    told = {
        "told": func.substr(as_text(json_object(*words)), literal_column("2")),
        "diary": case((raised, goals.c.diary)),
    }
    return json_array(*(told[name] if name in told else goals.c[name] for name in AskingGoal._fields))


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows meet a condition. As a part of WHERE it would lead SQLite to indexes that know no patient."""
    return func.count(case((condition, literal_column("1"))))
