"""Goals: the event types, the state they add up to, and the fold between them."""

from events.goal.definition import missing_parts
from events.goal.fold import FOLD_VERSION, fold_goal, fold_goals, party_of
from events.goal.state import GoalState
from events.goal.types import GOAL_EVENTS, GoalPayload

__all__ = [
    "FOLD_VERSION",
    "GOAL_EVENTS",
    "GoalPayload",
    "GoalState",
    "fold_goal",
    "fold_goals",
    "missing_parts",
    "party_of",
]
