"""The flags of a plan. A flag refuses nothing (DOMAIN: priorities, S2)."""

from events.flag import Flag
from events.plan.state import PlanState

FEWEST_PRIORITIES, MOST_PRIORITIES = 3, 5
"""How many priorities are usual."""


def plan_flags(plan: PlanState) -> list[Flag]:
    """A plan's flags; none once it is closed."""
    sentence = priorities_ranked(len(plan.priorities)) if plan.is_open else None
    return [Flag(code="priorities_ranked", sentence=sentence, audience="patient")] if sentence else []


def priorities_ranked(count: int) -> str | None:
    """Three to five priorities are usual before goals are planned (S2); a sentence about any other number."""
    if count == 0:
        return "No priorities are ranked yet; three to five come before goals."
    if FEWEST_PRIORITIES <= count <= MOST_PRIORITIES:
        return None
    return f"{count} {'priority was' if count == 1 else 'priorities were'} ranked; three to five are usual."
