"""States out of their rows: goals and their diaries, and plans with their scores."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Column, ColumnElement, Connection, Date, FromClause, Table, and_, bindparam, select

from events.goal import GoalState
from events.goal.entries import ProgressEntry
from events.goal.reading import read_goal_document
from events.identity import PLAN, GoalId
from events.plan import PlanState
from events.plan.state import Measurement
from events.vocabulary import Actor, ActorRole
from projections.engine.key_lookup import GOAL, PATIENT, lookup, wanted
from projections.engine.paging import AnySelect
from projections.engine.projection import Tables
from projections.engine.statements import fetch
from projections.goal_state.diary import Diary

AS_IT_IS = (
    "version",
    "entry",
    "done",
    "level",
    "mood",
    "motivation",
    "note",
    "setback",
    "setback_version",
    "corrected",
)
"""The fields of a diary entry that are columns of the same name."""

Entries = Sequence[ProgressEntry]

_in_order = attrgetter("version")


def of_the_goal(documents: FromClause, goals: FromClause) -> ColumnElement[bool]:
    """The condition that a document is that of a row of `goals`."""
    return and_(*(documents.c[name] == goals.c[name] for name in GOAL))


def state_without_diary(
    goal_id: GoalId, version: int, position: int, recorded_at: datetime, document: str
) -> GoalState:
    """The goal of a row of `goals` and its document, as its own events left it: without all that entries change."""
    return read_goal_document(goal_id, document, version=version, position=position, updated_at=recorded_at)


def state_with_diary(row: Any, diary: Diary, entries: Entries) -> GoalState:  # Any: rows of several queries
    """The same goal with its entries, and with all else that they change of it.

    Args:
        diary: Of the row.
        entries: Its entries; none where it may be without them.
    """
    state = read_goal_document(
        GoalId(row.org, row.patient, row.goal),
        row.document,
        version=row.version,
        position=row.position,
        updated_at=row.recorded_at,
        raised=diary.raised,
    )
    return state.with_changes({"progress": tuple(entries)}) if entries else state


def diaries(connection: Connection, tables: Tables, goal_ids: Collection[GoalId]) -> Mapping[GoalId, Entries]:
    """The whole diaries of some goals; a goal without any entry is not there."""
    if not goal_ids:
        return {}
    found: dict[GoalId, list[ProgressEntry]] = defaultdict(list)
    for row in connection.execute(_diaries(tables["entries"]), wanted(goal_ids, GOAL)):
        found[GoalId(*row[: len(GOAL)])].append(read_entry(row))
    for diary in found.values():
        diary.sort(key=_in_order)
    return found


def diaries_of_patient(
    connection: Connection, tables: Tables, plan_id: GoalId, since: date | None = None
) -> Mapping[GoalId, Entries]:
    """The diaries of all goals of one patient; a goal without any entry is not there.

    Args:
        since: Only what is about this day and later ones.
    """
    asked = {"org": plan_id.org, "patient": plan_id.patient, **({} if since is None else {"since": since})}
    found: dict[GoalId, list[ProgressEntry]] = defaultdict(list)
    for row in fetch(connection, _of_a_patient(tables["entries"], since is not None), asked):
        found[GoalId(*row[: len(GOAL)])].append(read_entry(row))
    for diary in found.values():
        diary.sort(key=_in_order)
    return found


def read_entry(row: Sequence[Any]) -> ProgressEntry:  # Any: rows of several queries
    """The entry of a row that has :func:`entry_columns`."""
    _, _, _, actor, role, day, value, *as_it_is = row
    fields = dict(zip(AS_IT_IS, as_it_is, strict=True))
    entry: ProgressEntry = _entry({**fields, "on": day, "actor": _actor(actor, role), "value": _number(value)})
    return entry


def entry_columns(entries: Table) -> Sequence[Column[Any]]:
    """The columns of a row for :func:`read_entry`."""
    return [entries.c[name] for name in (*GOAL, "actor", "actor_role", "day", "value", *AS_IT_IS)]


def plans(connection: Connection, tables: Tables, plan_ids: Collection[GoalId]) -> dict[GoalId, PlanState]:
    """Some plans, each with its scores; those that are not there are left out."""
    return _plans(connection, tables, wanted(plan_ids, PATIENT), many=True) if plan_ids else {}


def plan_of(connection: Connection, tables: Tables, plan_id: GoalId) -> PlanState | None:
    """One plan, with its scores; None where there is none."""
    return _plans(connection, tables, {"org": plan_id.org, "patient": plan_id.patient}, many=False).get(plan_id)


def _plans(
    connection: Connection, tables: Tables, asked: Mapping[str, object], *, many: bool
) -> dict[GoalId, PlanState]:
    scores: dict[GoalId, list[Measurement]] = defaultdict(list)
    for org, patient, version, instrument, score, day in fetch(
        connection, _scores(tables["measurements"], many), asked
    ):
        told = Measurement.model_construct(instrument=instrument, score=score, on=day, version=version)
        scores[GoalId(org, patient, PLAN)].append(told)
    return {
        (plan_id := GoalId(org, patient, PLAN)): PlanState.model_validate_json(state).model_copy(
            update={"measurements": tuple(sorted(scores[plan_id], key=_in_order))}
        )
        for org, patient, state in fetch(connection, _states(tables["plans"], many), asked)
    }


_entry = TypeAdapter(ProgressEntry).validator.validate_python
"""A third of the time that the model's own constructors take, and diaries are long."""


def _number(value: float | None) -> float | None:
    """A whole number is written as one."""
    return int(value) if value is not None and value.is_integer() else value


@lru_cache(1024)
def _actor(actor: str, role: ActorRole) -> Actor:
    return Actor(id=actor, role=role)


@cache
def _scores(measurements: Table, many: bool) -> AnySelect:
    return _of_patients(measurements, ("version", "instrument", "score", "day"), many=many)


@cache
def _states(plans: Table, many: bool) -> AnySelect:
    return _of_patients(plans, ("state",), many=many)


def _of_patients(table: Table, names: Sequence[str], *, many: bool) -> AnySelect:
    columns = select(*(table.c[name] for name in (*PATIENT, *names)))
    if many:
        return columns.select_from(lookup(table, PATIENT))
    return columns.where(*(table.c[name] == bindparam(name) for name in PATIENT))


@cache
def _of_a_patient(entries: Table, recent: bool) -> AnySelect:
    query = select(*entry_columns(entries)).where(*(entries.c[name] == bindparam(name) for name in PATIENT))
    return query.where(entries.c.day >= bindparam("since", type_=Date)) if recent else query


@cache
def _diaries(entries: Table) -> AnySelect:
    return select(*entry_columns(entries)).select_from(lookup(entries, GOAL))
