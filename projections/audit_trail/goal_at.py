"""A goal as it stood at an earlier moment, folded from as few of its events as tell where it stood.

Nearly all events of a long goal are entries of its diary. Of these only those are read that tell a level, and those
that were put right or withdrawn by then. All else that happens to a goal is little, and has an index of its own.
"""

from collections.abc import Sequence, Set
from datetime import date, datetime
from operator import attrgetter
from typing import Literal, NamedTuple

from pydantic_core import from_json
from sqlalchemy import ColumnElement, Connection, bindparam, select

from events.event import RecordedEvent
from events.goal import GoalState, fold_goals
from events.goal.entries import Entries, ProgressEntry
from events.goal.types import ProgressCorrected, ProgressWithdrawn
from events.identity import GoalId
from events.plan import PlanState, fold_plans
from events.plan.types import Amended, Opened
from events.vocabulary import ActorRole
from projections.audit_trail.events import actor_of, read_recorded
from projections.audit_trail.moments import NOT_OF_DIARY, Version, at_places, versions_of
from projections.audit_trail.tables import DIARY_TYPE, tables
from projections.engine.paging import AnySelect, without_index

_EVENTS = tables()["events"]
_OF_GOAL = [_EVENTS.c[name] == bindparam(name) for name in GoalId._fields]
_TELLING_DAYS = (Opened.type_name, Amended.type_name)
"""The events of a plan that say in which time zone its patient's days are."""
_LEVEL = '"level":'
"""What an entry that tells a level has in its data; in a text, backslashes would stand before the quotation marks."""


class Stood(NamedTuple):
    """A goal at a moment.

    Attributes:
        plan: Its patient's plan, as far as days depend on it; None where there was none yet.
        goal: None where it was not there yet. Its diary has those entries that tell a level, with no more than that,
            and others that were put right: what follows from motivation and setbacks is not told.
        versions: The events that gave it its words, as :func:`projections.audit_trail.moments.versions`.
    """

    plan: PlanState | None
    goal: GoalState | None
    versions: Sequence[Version]


class _Told(NamedTuple):
    """The columns of an entry."""

    position: int
    version: int
    actor: str
    actor_role: ActorRole
    data: str


def goal_at(connection: Connection, goal_id: GoalId, until: datetime, by: Literal["recorded", "happened"]) -> Stood:
    """A goal as it stood at a moment, by what the audit trail has taken in.

    Args:
        until: The last instant that counts.
        by: Which of an event's times is compared with it: when it was recorded, or when it happened.
    """
    by_then = without_index(_EVENTS.c.recorded_at if by == "recorded" else _EVENTS.c.happened_at) <= until
    others = _read(connection, goal_id, _others(by_then))
    named = {each.data.entry for each in others if isinstance(each.data, ProgressCorrected | ProgressWithdrawn)}
    changed, levels = _diary(connection, goal_id, by_then, named)
    goal = fold_goals(sorted([*others, *changed], key=attrgetter("position")))
    if goal is not None:
        progress = Entries(sorted([*goal.progress, *levels], key=attrgetter("version")))
        goal = goal.model_copy(update={"progress": progress})
    of_plan = _others(by_then).where(without_index(_EVENTS.c.type).in_(_TELLING_DAYS))
    return Stood(fold_plans(_read(connection, goal_id.plan, of_plan)), goal, versions_of(others))


def _diary(
    connection: Connection, goal_id: GoalId, by_then: ColumnElement[bool], named: Set[str]
) -> tuple[list[RecordedEvent], list[ProgressEntry]]:
    """The events that logged the entries that were put right or withdrawn, and the other entries that tell a level.

    The latter are as the fold has them, only quicker: nothing has changed them.

    Args:
        named: The ids of the former.
    """
    rows = _in_order(select(*(_EVENTS.c[name] for name in _Told._fields))).where(by_then, _OF_DIARY)
    if not named:
        rows = rows.where(_EVENTS.c.data.contains(_LEVEL))
    changed: list[int] = []
    levels: list[ProgressEntry] = []
    for row in map(_Told._make, connection.execute(rows, goal_id._asdict())):
        told = from_json(row.data)
        if told["entry"] in named:
            changed.append(row.position)
        elif (level := told.get("level")) is not None:
            given = {"entry": told["entry"], "on": date.fromisoformat(told["on"]), "level": level}
            actor = actor_of(row.actor, row.actor_role)
            levels.append(ProgressEntry.of_valid({**given, "version": row.version, "actor": actor}))
    if not changed:
        return [], levels
    return _read(
        connection, goal_id, _in_order(select(_EVENTS)).where(without_index(_EVENTS.c.position).in_(changed))
    ), levels


def _read(connection: Connection, goal_id: GoalId, query: AnySelect) -> list[RecordedEvent]:
    return list(map(read_recorded, connection.execute(query, goal_id._asdict())))


def _others(by_then: ColumnElement[bool]) -> AnySelect:
    return _in_order(select(_EVENTS), NOT_OF_DIARY).where(by_then)


def _in_order(query: AnySelect, *kind: ColumnElement[bool]) -> AnySelect:
    # The places are found in an index alone, as in `moments.py`.
    found = select(_EVENTS.c.org, _EVENTS.c.position).where(*_OF_GOAL, *kind).subquery("found")
    return query.select_from(found.join(_EVENTS, at_places(found))).order_by(found.c.position)


_OF_DIARY = without_index(_EVENTS.c.type) == DIARY_TYPE
