"""What is worth a second look about a plan. A flag refuses nothing (DOMAIN: priorities, S2)."""

from events.flag import Flag
from events.plan.state import PlanState

FEW, MANY = 3, 5
"""How many priorities are usual."""


def plan_flags(plan: PlanState) -> list[Flag]:
    """A plan's flags; none once it is closed."""
    sentence = priorities_ranked(len(plan.priorities)) if plan.is_open else None
    return [Flag(code="priorities_ranked", sentence=sentence, audience="patient")] if sentence else []


def priorities_ranked(count: int) -> str | None:
    """Three to five priorities are ranked before goals are planned (S2); what is said about any other number."""
    if count == 0:
        return "No priorities are ranked yet; three to five come before goals."
    if FEW <= count <= MANY:
        return None
    return f"{count} {'priority was' if count == 1 else 'priorities were'} ranked; three to five are usual."
