"""A plan as JSON: one shape for HTTP, commands and replays."""

from datetime import datetime
from typing import Any

from pydantic_core import to_jsonable_python

from events.flag import Audience, readable_by
from events.plan.consents import status_on
from events.plan.flags import plan_flags
from events.plan.state import PlanState


def read_plan(
    state: PlanState, *, at: datetime, audience: Audience = "staff"
) -> dict[str, Any]:  # Any: a JSON object of mixed values
    """A plan as a JSON-ready object: every field of its state under its name, and what follows from them.

    Added are `flags` (code and sentence), `effective_review_every_days`: the cadence that counts for goals without
    one of their own, which short reviews cap; and in each consent its `status` on the day of looking.

    Args:
        at: The instant of looking.
        audience: Who reads. Where the patient does, only the flags are there that are for the patient.
    """
    flags = readable_by(audience, plan_flags(state))
    return {
        **state.model_dump(mode="json"),
        "consents": [
            {**consent.model_dump(mode="json"), "status": status_on(state, consent, state.day(at))}
            for consent in state.consents
        ],
        "effective_review_every_days": state.cadence(None),
        "flags": to_jsonable_python(flags),
    }
