"""What SQL dashboards read of goals and patients."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    Integer,
    Select,
    Table,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    null,
    select,
    type_coerce,
    union_all,
)

from events.identity import GoalId
from projections.engine.paging import without_index
from projections.engine.plan_join import of_the_patient
from projections.engine.projection import Tables, View, Views
from projections.engine.views import day_of, is_quarantined, today
from projections.goal_state.caseload_needs import NEEDS, NO_REVIEW, OVER, PLACES, Need
from projections.goal_state.caseload_rows import is_open
from projections.goal_state.goal_columns import framework, goals_beside_plans, measurable

_GOAL = {
    "org": "The organisation.",
    "patient": "The patient's opaque id.",
    "goal": "The goal's id.",
    "status": "proposed, contested, agreed, active, held, closed, or entered_in_error.",
    "outcome": "achieved, partially_achieved, not_achieved, retired or replaced; null while it is open.",
    "statement": "The goal in the patient's own words.",
    "wording": "How it is put now, where that differs.",
    "kind": "outcome or process; null where nobody has said.",
    "horizon": "long_term or short_term; null where nobody has said.",
    "life_area": "Which part of life it is about: family, work, coping, attendance, sobriety, health or other.",
    "framework": "smart, gas, both, or none while it is in own words only.",
    "awaiting_agreement": "Whose agreement is outstanding: patient, clinician, both with a comma, or empty.",
    "own_words": "Whether the statement came from the patient; null where nobody knows.",
    "measurable": "Whether nothing is missing in its definition; a plan in simplified language asks for less.",
    "level": "The latest GAS attainment level, -2 to 2; null while none was told.",
    "next_review_on": "The day of the next review; null when none is set.",
    "last_entry_on": "The latest day that a diary entry is about; null while there is none.",
    "setbacks_since_review": "Diary entries that tell of a setback which no review has looked at yet.",
    "raise_at_next_session": "Whether it is to be talked about at the next session.",
    "version": "How many events the goal has.",
    "position": "Where in the log the latest one is.",
    "recorded_at": "When that one was recorded.",
    "quarantined": "Whether later events of it could not be taken in yet, and wait in quarantine.",
    "patient_agreement_entered_by": "Who entered the patient's agreement; null where the patient did, or has not yet.",
}
_PATIENT = {
    "org": "The organisation.",
    "patient": "The patient's opaque id.",
    "clinician": "Who leads the plan; null without a plan.",
    "setting": "residential, day or outpatient; null where the plan does not say.",
    "plan_status": "open or closed; null without a plan.",
    "open_goals": "Goals that are neither closed nor entered in error; the columns below are about these.",
    "active_goals": "Goals that are being worked on.",
    "overdue": "Goals whose review was due before today.",
    "due": "Goals whose review is due today.",
    "next_review_on": "The day of the earliest next review; null when none is set.",
    "setbacks_since_review": "Diary entries that tell of a setback which no review has looked at yet.",
    "raise_at_next_session": "Goals that are to be talked about at the next session.",
    "waiting_for_patient": "Words of the patient that are awaited: agreements, and answers to change requests.",
    "waiting_for_clinician": "Words of the clinician that are awaited; answers to contests are among them.",
    "last_entry_on": "The latest day that a diary entry is about; null while there is none.",
    "agreements_entered": "Goals to which somebody else entered the patient's agreement.",
    "waiting_since": "Since when the first word of the clinician is awaited; null where none is.",
    "quiet_since": "Since which day nothing was entered for any goal that is worked on; null while none is.",
}


_TODAY = {
    "org": "The organisation.",
    "patient": "The patient's opaque id.",
    "clinician": "Who leads the plan; null without a plan.",
    "rank": "1 for the patient's first reason, which gives the patient's place; 2 for the next.",
    "place": "The place of the reason: an answer from staff 0, a setback or a dip 1, a review overdue 2 or due today 3,"
    " silence 4, a word of the patient 5.",
    "why": "waiting_for_clinician, setback, motivation_dip, review_overdue, review_due, no_entry, waiting_for_patient.",
    "since": "Since which day; null where nobody knows.",
    "goal": "The goal's id.",
    "statement": "The goal in the patient's own words.",
    "wording": "How it is put now, where that differs.",
    "awaited": "What is waited for: agreement, answer_to_contest or answer_to_change_request; null otherwise.",
    "text": "What was asked for, or why it was contested; null otherwise.",
}


def views(tables: Tables, dialect: str) -> Views:
    """`v_goal_current`, `v_caseload` and `v_today`."""
    return {
        "v_goal_current": _goal_current(tables),
        "v_caseload": _caseload(tables, dialect),
        "v_today": _today(tables, dialect),
    }


def _goal_current(tables: Tables) -> View:
    goals = tables["goals"]
    derived = {
        "framework": framework(goals),
        "awaiting_agreement": goals.c.awaiting,
        "setbacks_since_review": goals.c.setbacks,
        "measurable": measurable(tables),
        "quarantined": is_quarantined("goal_state", goals),
    }
    columns = [(derived[name] if name in derived else goals.c[name]).label(name) for name in _GOAL]
    query = select(*columns).select_from(goals_beside_plans(tables))
    return View("Each goal as it is now.", _GOAL, query)


def _caseload(tables: Tables, dialect: str) -> View:
    caseload = tables["caseload"]
    day = today(caseload, dialect)
    review = caseload.c.next_review_on
    derived: dict[str, ColumnElement[Any]] = {  # Any: of several types
        "overdue": _reviews(tables, caseload, lambda due_on: due_on < day, review < day),
        "due": _reviews(tables, caseload, lambda due_on: due_on == day, review <= day),
        "next_review_on": caseload.c.earliest_review_on,
    }
    columns = [(derived[name] if name in derived else caseload.c[name]).label(name) for name in _PATIENT]
    query = select(*columns).where(caseload.c.need < OVER)
    return View("Each patient with an open plan or goal, and what asks for attention.", _PATIENT, query)


def _reviews(
    tables: Tables, caseload: Table, which: Callable[[Column[date]], ColumnElement[bool]], may_be: ColumnElement[bool]
) -> ColumnElement[int]:
    """How many of a patient's goals have such a review; they are looked at where there may be one."""
    goals = tables["goals"]
    found = (
        select(func.count(case((which(goals.c.next_review_on), literal_column("1")))))
        .where(of_the_patient(goals, caseload), is_open(goals))
        .correlate(caseload)
        .scalar_subquery()
    )
    return case((may_be, found), else_=literal_column("0")).cast(Integer)


def _today(tables: Tables, dialect: str) -> View:
    caseload, goals, waiting = tables["caseload"], tables["goals"], tables["waiting"]
    found = union_all(*_reasons(tables, dialect)).subquery("reasons")
    order = [found.c.place, func.coalesce(found.c.since, _LAST_DAY), found.c.need, found.c.goal, found.c.awaited]
    rank = func.row_number().over(partition_by=(found.c.org, found.c.patient), order_by=order)
    derived: dict[str, ColumnElement[Any]] = {  # Any: of several types
        "clinician": caseload.c.clinician,
        "rank": cast(rank, Integer),
        "statement": goals.c.statement,
        "wording": goals.c.wording,
        # Of the table itself, so that readers which go by declared types find one: in most rows they are null.
        "awaited": waiting.c.awaited,
        "text": waiting.c.text,
    }
    of_goal = and_(of_the_patient(goals, found), goals.c.goal == found.c.goal)
    awaited = and_(*(column == found.c[column.name] for column in waiting.primary_key))
    columns = [(derived[name] if name in derived else found.c[name]).label(name) for name in _TODAY]
    query = select(*columns).select_from(
        found.join(caseload, of_the_patient(caseload, found))
        .join(goals, of_goal, isouter=True)
        .join(waiting, awaited, isouter=True)
    )
    return View("Why each patient in treatment is to be talked to, in the order of Today.", _TODAY, query)


def _reasons(tables: Tables, dialect: str) -> Iterator[Select[Any]]:  # Any: of the columns below
    """The reasons of one kind after the other; of silence only where nothing is told of any goal of the patient."""
    caseload, goals, waiting = (tables[name] for name in ("caseload", "goals", "waiting"))
    day = today(caseload, dialect)
    review = goals.c.next_review_on
    quiet = case((goals.c.last_entry_on > goals.c.worked_since, goals.c.last_entry_on), else_=goals.c.worked_since)
    of_goals: tuple[tuple[Need, ColumnElement[Any], ColumnElement[bool]], ...] = (
        ("setback", goals.c.setback_on, goals.c.setbacks > 0),
        ("motivation_dip", goals.c.dip_on, goals.c.raise_at_next_session),
        ("review_overdue", review, review < day),
        ("review_due", review, review == day),
        ("no_entry", quiet, and_(quiet.is_not(None), caseload.c.silent_from <= day)),
    )
    for need, since, condition in of_goals:
        yield _reason(caseload, goals, need, since).where(is_open(goals), condition)
    for need, role in (("waiting_for_clinician", "clinician"), ("waiting_for_patient", "patient")):
        since = day_of(waiting.c.since, caseload, dialect)
        asked = _reason(caseload, waiting, need, since, *(waiting.c[name] for name in _OF_WHAT_WAITS))
        yield asked.where(without_index(waiting.c.role) == role)


def _reason(
    caseload: Table,
    rows: Table,
    need: Need,
    since: ColumnElement[Any],
    *waiting: ColumnElement[Any],
) -> Select[Any]:  # Any: of several types
    key = waiting or [null()] * len(_OF_WHAT_WAITS)
    return (
        select(
            *(rows.c[name] for name in GoalId._fields),
            literal_column(str(PLACES[need]), Integer).label("place"),
            literal_column(str(NEEDS.index(need)), Integer).label("need"),
            literal_column(f"'{need}'", Text).label("why"),
            type_coerce(since, Date).label("since"),
            *(cast(value, Text).label(name) for name, value in zip(_OF_WHAT_WAITS, key, strict=True)),
        )
        .select_from(caseload.join(rows, of_the_patient(rows, caseload)))
        .where(without_index(caseload.c.need) < OVER)
    )


_OF_WHAT_WAITS = ("role", "awaited", "request")
"""What, beside the goal, says which of the words that are awaited it is; null in other reasons."""
_LAST_DAY = literal(NO_REVIEW, Date)
