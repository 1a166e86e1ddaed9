"""A goal as JSON: one shape for HTTP, commands and replays, so that all of them agree."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from pydantic_core import to_jsonable_python

from events.flag import Audience, readable_by
from events.goal.definition import WHY, WHY_FOR_STAFF, missing_parts, unsaid_in_smart
from events.goal.flags import Around, flags
from events.goal.offers import offers
from events.goal.state import GoalState
from events.goal.suggestion import suggested_framework
from events.goal.waiting import waiting
from events.goal.wins import weekly_wins
from events.plan.state import PlanState


def read_goal(
    state: GoalState,
    plan: PlanState | None,
    *,
    at: datetime | None = None,
    others: Collection[GoalState] | None = None,
    copies: int = 0,
    quarantined: Mapping[str, object] | None = None,
    audience: Audience = "staff",
) -> dict[str, Any]:  # Any: a JSON object of mixed values
    """A goal as a JSON-ready object: every field of its state under its name, and what follows from them.

    Added are `awaiting_agreement` (roles), `waiting` (what for, from whom, since when), `flags` (code and sentence),
    `missing` (what keeps the goal from being activated), `unsaid` (parts of SMART that are still open),
    `missing_reasons` (why each of both is wanted), `suggested_framework` (for a draft), `offers` (after a dip in
    motivation or a setback), `weekly_wins`, `latest_level` (GAS), `last_review_on`, `last_setback_on`, and
    `quarantined`.

    Args:
        plan: The patient's plan at the same moment; without one, no accommodation is assumed.
        at: The present instant; without it, no flag that depends on the day is raised.
        others: The patient's other goals at the same moment; without them, no flag that depends on them is raised.
        copies: How many other patients have a goal with the same text.
        quarantined: Where a read model could not take in the goal's next event, so that it has less than the log: the
            `version` that is read, the `position` of that event, and the `reason`.
        audience: Who reads. Where the patient does, only those flags and reasons are there that are for the patient,
            and neither offers, nor a suggested framework, nor why a clinician went beyond the plan's limit.
    """
    simplified = plan is not None and plan.simplified
    missing, unsaid = missing_parts(state, simplified=simplified), unsaid_in_smart(state.smart)
    today = None if at is None else plan.day(at) if plan else at.date()
    suggested = suggested_framework(state, simplified=simplified)
    unexplained = WHY_FOR_STAFF if audience == "patient" else frozenset()
    read = {
        "awaiting_agreement": state.awaiting_agreement,
        "waiting": waiting(state),
        "flags": readable_by(audience, flags(state, Around(plan, today, others, copies))),
        "missing": missing,
        "unsaid": unsaid,
        "missing_reasons": {part: WHY[part] for part in (*missing, *unsaid) if part not in unexplained},
        "suggested_framework": next(iter(readable_by(audience, [suggested] if suggested else [])), None),
        "offers": readable_by(audience, offers(state)),
        "weekly_wins": weekly_wins(state),
        "latest_level": state.latest_level,
        "last_review_on": state.last_review_on,
        "last_setback_on": state.last_setback_on,
        "quarantined": quarantined,
    }
    if audience == "patient":
        read["override_reason"] = None
    return {**state.model_dump(mode="json"), **to_jsonable_python(read)}
