"""A plan as far as what follows from it for goals is judged by it."""

from datetime import date, datetime
from typing import NamedTuple

from events.plan.state import PlanState
from events.time_zones import time_zone


class PlanFacts(NamedTuple):
    """What goals are seen beside.

    Attributes:
        opened_on: The day in the clinic's time zone.
        cadence: The days between reviews of goals without days of their own; short reviews cap them.
        priorities: Their ids.
    """

    clinician: str
    time_zone: str
    simplified: bool
    opened_on: date
    cadence: int
    active_goal_limit: int
    priorities: tuple[str, ...]

    def day(self, instant: datetime) -> date:
        """The day of an instant in the clinic's time zone."""
        return instant.astimezone(time_zone(self.time_zone)).date()


def plan_facts(plan: PlanState) -> PlanFacts:
    """The facts of a plan."""
    return PlanFacts(
        plan.clinician,
        plan.time_zone,
        plan.simplified,
        plan.day(plan.opened_at),
        plan.cadence(None),
        plan.active_goal_limit,
        tuple(each.id for each in plan.priorities),
    )
