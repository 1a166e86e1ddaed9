"""Goals for tests of pages."""

from datetime import UTC, datetime

from events.goal import GoalState
from events.vocabulary import Actor

BEGAN = datetime(2026, 1, 5, 9, tzinfo=UTC)
PATIENT = Actor(id="p1", role="patient")
CLINICIAN = Actor(id="cl-1", role="clinician")


def a_goal(goal: str = "g1", **fields: object) -> GoalState:
    """A goal that is worked on, with some fields of its own."""
    told = {
        "org": "northside",
        "patient": "p1",
        "goal": goal,
        "version": 3,
        "position": 3,
        "status": "active",
        "statement": "I want to be well",
        "created_at": BEGAN,
        "updated_at": BEGAN,
        "created_by": PATIENT,
        **fields,
    }
    return GoalState.model_validate(told)
