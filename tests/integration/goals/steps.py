"""Steps on the way to an active goal, and how an outcome is told in a word."""

from events.event import Event
from events.goal import types as g
from events.identity import GoalId
from events.outcome import Outcome, RejectedOutcome
from tests.builders import event, opened, proposed, smart


def code(outcome: Outcome) -> str:
    """`recorded`, `duplicate`, or the code of the rejection."""
    if isinstance(outcome, RejectedOutcome):
        return outcome.code
    return "duplicate" if outcome.duplicate else "recorded"


def limited(goal_id: GoalId, limit: int) -> Event:
    return event(goal_id.plan, opened(active_goal_limit=limit), role="clinician")


def ready_to_begin(goal_id: GoalId) -> list[Event]:
    """A goal that needs only to be activated, and could be."""
    return [event(goal_id, proposed(smart=smart())), event(goal_id, g.Agreed(), role="clinician")]


def activation(goal_id: GoalId) -> Event:
    return event(goal_id, g.Activated(), role="clinician")
