"""Which of the patient's priorities a goal serves: its own, and those of the goals that it leads to (S3, S38)."""

from collections.abc import Collection

from events.goal.state import GoalState


def served_priorities(goal: GoalState, others: Collection[GoalState]) -> frozenset[str]:
    """The ids of the priorities that a goal serves by itself, or through the goals that it supports.

    Args:
        others: The patient's other goals.
    """
    by_id = {each.goal: each for each in others if each.status != "entered_in_error"}
    found: set[str] = set()
    seen: set[str] = set()
    step: GoalState | None = goal
    while step is not None and step.goal not in seen:
        seen.add(step.goal)
        if step.priority is not None:
            found.add(step.priority)
        step = by_id.get(step.supports) if step.supports else None
    return frozenset(found)
