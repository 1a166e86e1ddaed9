"""States out of their rows: a goal with its diary, a plan with its scores."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from operator import attrgetter

from pydantic import TypeAdapter
from sqlalchemy import Connection, select

from events.goal import GoalState
from events.goal.state import ProgressEntry
from events.identity import PLAN, GoalId
from events.plan import PlanState
from events.plan.state import Measurement
from events.vocabulary import Actor
from projections.engine.projection import Tables
from projections.engine.wanted import rows_of

Texts = Mapping[GoalId, str]
"""What stands in the column `state`, by goal; of a plan by its id."""

AS_IT_IS = ("version", "entry", "done", "level", "mood", "motivation", "note", "setback", "corrected")
"""The fields of a diary entry that are columns of the same name."""

_in_order = attrgetter("version")


def plan_texts(connection: Connection, its: Tables, goal_ids: Sequence[GoalId]) -> Texts:
    """The texts of the plans of some patients, named by ids of plans or goals."""
    if not goal_ids:
        return {}
    table = its["plans"]
    wanted = list(dict.fromkeys(goal_id.plan for goal_id in goal_ids))
    rows = connection.execute(select(table.c.org, table.c.patient, table.c.state).select_from(rows_of(table, wanted)))
    return {GoalId(row.org, row.patient, PLAN): row.state for row in rows}


def goals_of_texts(connection: Connection, its: Tables, texts: Texts) -> dict[GoalId, GoalState]:
    """The goals of some texts, each with its diary."""
    diaries = entries_of(connection, its, list(texts))
    told = _told_by_columns(connection, its, list(texts))
    return {
        goal_id: GoalState.model_validate_json(text).model_copy(
            update={**told.get(goal_id, {}), "progress": tuple(diaries.get(goal_id, ()))}
        )
        for goal_id, text in texts.items()
    }


def plans_of_texts(connection: Connection, its: Tables, texts: Texts) -> dict[GoalId, PlanState]:
    """The plans of some texts, each with its scores."""
    scores = _scores(connection, its, list(texts))
    return {
        goal_id: PlanState.model_validate_json(text).model_copy(update={"measurements": tuple(scores.get(goal_id, ()))})
        for goal_id, text in texts.items()
    }


def entries_of(
    connection: Connection, its: Tables, goal_ids: Sequence[GoalId]
) -> Mapping[GoalId, Sequence[ProgressEntry]]:
    """The whole diaries of some goals."""
    if not goal_ids:
        return {}
    table = its["entries"]
    names = ("org", "patient", "goal", "actor", "actor_role", "day", "value", *AS_IT_IS)
    rows = connection.execute(select(*(table.c[name] for name in names)).select_from(rows_of(table, goal_ids)))
    actors: dict[tuple[str, str], Actor] = {}
    found: dict[GoalId, list[ProgressEntry]] = defaultdict(list)
    for org, patient, goal, actor, role, day, value, *as_it_is in rows:
        who = actors.get((actor, role)) or actors.setdefault((actor, role), Actor(id=actor, role=role))
        said = dict(zip(AS_IT_IS, as_it_is, strict=True))
        found[GoalId(org, patient, goal)].append(_entry({**said, "on": day, "actor": who, "value": _number(value)}))
    for diary in found.values():
        diary.sort(key=_in_order)
    return found


_entry = TypeAdapter(ProgressEntry).validator.validate_python
"""A third of the time that the model's own constructors take, and diaries are long."""


def _told_by_columns(
    connection: Connection, its: Tables, goal_ids: Sequence[GoalId]
) -> Mapping[GoalId, Mapping[str, object]]:
    """What diary entries, too, change of a goal, by the names of its fields."""
    if not goal_ids:
        return {}
    table = its["goals"]
    names = ("org", "patient", "goal", "version", "position", "recorded_at", "raise_at_next_session")
    rows = connection.execute(select(*(table.c[name] for name in names)).select_from(rows_of(table, goal_ids)))
    return {
        GoalId(row.org, row.patient, row.goal): {
            "version": row.version,
            "position": row.position,
            "updated_at": row.recorded_at,
            "raise_at_next_session": row.raise_at_next_session,
        }
        for row in rows
    }


def _number(value: float | None) -> float | None:
    """A whole number is written as one."""
    return int(value) if value is not None and value.is_integer() else value


def _scores(connection: Connection, its: Tables, goal_ids: Sequence[GoalId]) -> Mapping[GoalId, Sequence[Measurement]]:
    found: dict[GoalId, list[Measurement]] = defaultdict(list)
    if not goal_ids:
        return found
    table = its["measurements"]
    for row in connection.execute(select(table).select_from(rows_of(table, goal_ids))):
        score = Measurement.model_construct(instrument=row.instrument, score=row.score, on=row.day, version=row.version)
        found[GoalId(row.org, row.patient, PLAN)].append(score)
    for scores in found.values():
        scores.sort(key=_in_order)
    return found
