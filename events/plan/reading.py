"""A plan as JSON: one shape for HTTP, commands and replays."""

from typing import Any

from pydantic_core import to_jsonable_python

from events.plan.flags import plan_flags
from events.plan.state import PlanState


def read_plan(state: PlanState) -> dict[str, Any]:  # Any: a JSON object of mixed values
    """A plan as a JSON-ready object: every field of its state under its name, and `flags` (code and sentence)."""
    return {**state.model_dump(mode="json"), "flags": to_jsonable_python(plan_flags(state))}
