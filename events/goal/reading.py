"""How a goal reads: one shape for HTTP, commands and replays, so that all of them agree."""

from datetime import date
from typing import Any

from events.goal.definition import missing_parts
from events.goal.state import GoalState
from events.plan.state import PlanState


def read_goal(state: GoalState, plan: PlanState | None) -> dict[str, Any]:  # Any: a JSON object of mixed values
    """A goal as a JSON-ready object: every field of its state under its name, and what follows from them.

    Added are `awaiting_agreement` (roles), `missing` (what keeps the goal from being activated), `latest_level` (GAS),
    `last_review_on` and `last_setback_on`.

    Args:
        plan: The patient's plan at the same moment; without one, no accommodation is assumed.
    """
    return {
        **state.model_dump(mode="json"),
        "awaiting_agreement": list(state.awaiting_agreement),
        "missing": list(missing_parts(state, simplified=plan is not None and plan.simplified)),
        "latest_level": state.latest_level,
        "last_review_on": _iso(state.last_review_on),
        "last_setback_on": _iso(state.last_setback_on),
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
