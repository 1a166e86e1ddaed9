"""The revisions of some goals, each with the goal as it was defined before and after it (S28)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from events.event import RecordedEvent
from events.goal import GoalState, fold_goal
from events.goal.types import Revised
from events.identity import GoalId
from projections.audit_trail.events import events_of_types
from projections.audit_trail.projector import TOLD_BY
from projections.audit_trail.tables import tables

_TYPES = frozenset(each.type_name for each in TOLD_BY[Revised])


class RevisedGoal(NamedTuple):
    """A revision, and the goal before and after it, as far as revisions tell of one: what it is, not how it went."""

    event: RecordedEvent
    before: GoalState
    after: GoalState


def revisions(connection: Connection, goal_ids: Collection[GoalId]) -> Mapping[GoalId, Sequence[RevisedGoal]]:
    """The revisions of some goals, each goal's in their order; a goal without any is not there."""
    states: dict[GoalId, GoalState | None] = {}
    found: dict[GoalId, list[RevisedGoal]] = defaultdict(list)
    for recorded in events_of_types(connection, tables(), goal_ids, _TYPES) if goal_ids else ():
        before = states.get(recorded.goal_id)
        after = states[recorded.goal_id] = fold_goal(before, recorded)
        if isinstance(recorded.data, Revised) and before is not None and after is not None:
            found[recorded.goal_id].append(RevisedGoal(recorded, before, after))
    return found
