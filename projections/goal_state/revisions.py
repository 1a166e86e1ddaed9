"""What each revision of a goal changed: the fields that it names, with what stood there before and after (S28)."""

from pydantic_core import to_json

from events.event import RecordedEvent
from events.goal import GoalState
from events.goal.types import Revised
from projections.audit_trail.differences import as_tree, differences
from projections.engine.projection import Row

_KEPT_IN = {"due": "smart"}
"""Changes that have no field of their own in the state."""


def revision_row(before: GoalState, after: GoalState, recorded: RecordedEvent) -> Row | None:
    """The row of a revision; None of any other event.

    Args:
        before, after: The goal before and after the event.
    """
    if not isinstance(recorded.data, Revised):
        return None
    fields = {_KEPT_IN.get(field, field) for field in recorded.data.changes.given()}
    changes = [each._asdict() for each in differences(as_tree(before, only=fields), as_tree(after, only=fields))]
    return {**recorded.goal_id._asdict(), "version": recorded.version, "changes": to_json(changes).decode()}
