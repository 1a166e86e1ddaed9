"""Which of the patient's priorities a goal serves: its own, and those of the goals that it leads to (S3, S38)."""

from collections.abc import Mapping
from typing import Protocol


class Serving(Protocol):
    """A goal, as far as it serves priorities."""

    @property
    def goal(self) -> str:
        """Its id."""

    @property
    def priority(self) -> str | None:
        """The id of the priority that it serves by itself."""

    @property
    def supports(self) -> str | None:
        """The id of the goal that it leads to."""


def served_priorities(goal: Serving, goals: Mapping[str, Serving]) -> frozenset[str]:
    """The ids of the priorities that a goal serves by itself, or through the goals that it supports.

    Args:
        goals: The patient's goals by their ids; what leads to one that is not among them leads nowhere.
    """
    found: set[str] = set()
    seen: set[str] = set()
    step: Serving | None = goal
    while step is not None and step.goal not in seen:
        seen.add(step.goal)
        if step.priority is not None:
            found.add(step.priority)
        step = goals.get(step.supports) if step.supports else None
    return frozenset(found)
