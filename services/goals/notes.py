"""Notes: sentences for the sender in the outcome. A note refuses nothing."""

from datetime import date

from events.goal import GoalState, flags
from events.goal.facts_of_goals import diary_facts, goal_facts
from events.plan import PlanState
from services.goals.decision_context import DecisionContext


def given(*sentences: str | None) -> tuple[str, ...]:
    """The sentences that are not None."""
    return tuple(sentence for sentence in sentences if sentence)


def level_without_text(goal: GoalState, level: int | None) -> str | None:
    """A note on a level for which the goal's scale has no text; the level is recorded all the same."""
    if level is None or (goal.gas is not None and str(level) in goal.gas.levels):
        return None
    return "The goal has no scale for this level." if goal.gas is None else f"The scale has no text for level {level}."


def steep_revision(revised: GoalState) -> str | None:
    """A warning about a revision that at least doubles what the target asks for (S54)."""
    if not revised.revisions[-1].steep:
        return None
    return "The target asks for at least twice as much at once; a smaller step may fit better into daily life."


def closed_without_patient(closed: GoalState) -> str | None:
    """A goal that is closed after a setback, with no review with the patient since, is flagged, and that is said."""
    return flags.closed_without_patient(goal_facts(closed), flags.Around(diary=diary_facts(closed)))


def cadence_capped(
    plan: PlanState, every_days: int | None, wanted: date | None = None, due_on: date | None = None
) -> str | None:
    """A plan that asks for short reviews caps what was asked for, and that is said (S50).

    Args:
        every_days: The cadence that was asked for.
        wanted, due_on: The day that was asked for, and the one on which the review is due instead.
    """
    if wanted is not None and due_on is not None and due_on < wanted:
        return f"The plan asks for short reviews; the next one is due on {due_on}, not on {wanted}."
    if every_days is not None and plan.cadence(every_days) < every_days:
        days = plan.cadence(every_days)
        return f"The plan asks for short reviews; they are every {days} days, not every {every_days}."
    return None


def earlier_review(goal: GoalState) -> str | None:
    """A review that is typed in after one of a later day moves no review, and that is said."""
    if goal.next_review is None:
        return None
    return f"The review of {goal.last_review_on} is the latest one; the next review stays on {goal.next_review.due_on}."


def goals_still_open(context: DecisionContext) -> str | None:
    """A note that names the goals which are still open when their plan closes."""
    still_open = sorted(token for token, goal in context.others.items() if goal.is_open)
    return f"Goals still open: {', '.join(still_open)}." if still_open else None


def limit_exceeded(context: DecisionContext, limit: int) -> str | None:
    """A note on an imported goal that exceeds the plan's limit of active goals."""
    active = sum(other.status == "active" for other in context.others.values())
    return f"With this goal {active + 1} are active; the plan allows {limit}." if active >= limit else None
