"""Treatment plans: the event types, the state they add up to, and the fold between them."""

from events.plan.fold import fold_plan, fold_plans
from events.plan.state import PlanState
from events.plan.types import PLAN_EVENTS, PlanPayload

__all__ = ["PLAN_EVENTS", "PlanPayload", "PlanState", "fold_plan", "fold_plans"]
