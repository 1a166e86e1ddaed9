"""What flags ask of all goals of one patient together, looked through once for every one of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from events.goal.facts import GoalFacts


@dataclass(frozen=True, slots=True)
class GoalsOfPatient:
    """The goals of one patient.

    Attributes:
        valid: Those that were not entered in error, by their ids.
        long_term: The ids of the long-term goals among these.
        has_process_goal: Whether any of these is about something to do.
        active_within_limit: How many goals are active without an override of the plan's limit.
        imported_within_limit: Whether any of those was imported.
    """

    valid: Mapping[str, GoalFacts]
    long_term: frozenset[str]
    has_process_goal: bool
    active_within_limit: int
    imported_within_limit: bool


def goals_of_patient(goals: Iterable[GoalFacts]) -> GoalsOfPatient:
    """What flags ask of a patient's goals together."""
    valid = {goal.goal: goal for goal in goals if goal.status != "entered_in_error"}
    within_limit = [goal for goal in valid.values() if goal.status == "active" and not goal.is_overriding]
    return GoalsOfPatient(
        valid,
        frozenset(goal.goal for goal in valid.values() if goal.horizon == "long_term"),
        any(goal.kind == "process" for goal in valid.values()),
        len(within_limit),
        any(goal.imported for goal in within_limit),
    )
