"""States out of their rows: the diaries of goals, and plans with their scores."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from operator import attrgetter

from pydantic import TypeAdapter
from sqlalchemy import Connection, Table, select

from events.goal.entries import ProgressEntry
from events.identity import PLAN, GoalId
from events.plan import PlanState
from events.plan.state import Measurement
from events.vocabulary import Actor
from projections.engine.key_lookup import GOAL, lookup, rows_of, wanted
from projections.engine.paging import AnySelect
from projections.engine.projection import Tables

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

Diary = Sequence[ProgressEntry]

_in_order = attrgetter("version")


def diaries(connection: Connection, tables: Tables, goal_ids: Collection[GoalId]) -> Mapping[GoalId, Diary]:
    """The whole diaries of some goals; a goal without any entry is not there."""
    if not goal_ids:
        return {}
    actors: dict[tuple[str, str], Actor] = {}
    found: dict[GoalId, list[ProgressEntry]] = defaultdict(list)
    rows = connection.execute(_entries(tables["entries"]), wanted(goal_ids, GOAL))
    for org, patient, goal, actor, role, day, value, *as_it_is in rows:
        who = actors.get((actor, role)) or actors.setdefault((actor, role), Actor(id=actor, role=role))
        fields = dict(zip(AS_IT_IS, as_it_is, strict=True))
        found[GoalId(org, patient, goal)].append(_entry({**fields, "on": day, "actor": who, "value": _number(value)}))
    for diary in found.values():
        diary.sort(key=_in_order)
    return found


def plans(connection: Connection, tables: Tables, plan_ids: Collection[GoalId]) -> dict[GoalId, PlanState]:
    """Some plans, each with its scores; those that are not there are left out."""
    scores: dict[GoalId, list[Measurement]] = defaultdict(list)
    for row in rows_of(connection, tables["measurements"], plan_ids):
        score = Measurement.model_construct(instrument=row.instrument, score=row.score, on=row.day, version=row.version)
        scores[GoalId(row.org, row.patient, PLAN)].append(score)
    return {
        (plan_id := GoalId(row.org, row.patient, PLAN)): PlanState.model_validate_json(row.state).model_copy(
            update={"measurements": tuple(sorted(scores[plan_id], key=_in_order))}
        )
        for row in rows_of(connection, tables["plans"], plan_ids)
    }


_entry = TypeAdapter(ProgressEntry).validator.validate_python
"""A third of the time that the model's own constructors take, and diaries are long."""


def _number(value: float | None) -> float | None:
    """A whole number is written as one."""
    return int(value) if value is not None and value.is_integer() else value


@cache
def _entries(table: Table) -> AnySelect:
    names = (*GOAL, "actor", "actor_role", "day", "value", *AS_IT_IS)
    return select(*(table.c[name] for name in names)).select_from(lookup(table, GOAL))
